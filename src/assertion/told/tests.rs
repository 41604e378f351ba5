//! What prose, headings and comments say of the commands beside them.

use super::*;
use crate::challenge;
use crate::source::Source;

/// What is told of the commands of a text with fences, one letter each.
fn told(text: &str) -> String {
    let challenge = challenge::parse(Source::new("a.md", text));
    let letters = all(&challenge).into_iter().flatten().map(|told| match told {
        Some(Told::Fails) => 'f',
        Some(Told::Optional) => 'o',
        None => '.',
    });
    letters.collect()
}

/// Two fences with `between` between them, and prose before and behind.
fn between(between: &str) -> String {
    told(&format!(
        "Make a thing:\n\n```sh\nkubectl create ns a\n```\n\n{between}\n\n```sh\nkubectl create ns b\n```\n\nDone.\n"
    ))
}

#[test]
fn prose_says_which_fence_fails() {
    for (prose, expected) in [
        ("Make another one:", ".."),
        ("This should fail.", "f."),
        ("You should see a permission denied error.", "f."),
        ("As you can see, the request was denied.", "f."),
        ("NG", "ff"),
        ("### ❌ Denied", ".f"),
        ("Good.\n\n❌", ".f"),
        ("(error)\n\nNow with more rights:", "f."),
        ("エラー\n\nやり直します:", "f."),
        ("Expected error message explaining which limit was exceeded.\n\n---\n\nGo on:", "f."),
        ("Expected error:\n\n```text\nno\n```", "ff"),
        ("Expected output: an error.\n\nGo on:", "f."),
        ("The pods add up. The API server will reject it.\n\nApply it:", "ff"),
        (
            "If you already used one, it would be two; the API server will reject it.\n\nApply it:",
            "ff",
        ),
        ("## Try creating a pod that exceeds the limits\n\nApply it:", ".f"),
        ("OK", ".."),
        ("If the name is taken, the API server will reject it.\n\nApply it:", ".."),
        ("Now try to make another. This should fail:", ".f"),
        ("Try it as a guest, and you will get an error:", ".f"),
        ("The following command fails, since the quota is used up.", ".f"),
        ("Log in as a guest and look again. You should see `permission denied`.", ".f"),
        ("Make it once more, which gives an error:", ".f"),
        ("You see that the namespace can not be created.", "f."),
        ("These will only succeed for an administrator.", "f."),
        ("The request is forbidden, as a guest has no rights.", "f."),
        ("Without the right role this is not allowed:", ".f"),
        ("The guest should not be able to make another:", ".f"),
        ("The command fails.\n\nSo give the role more rights:", "f."),
        ("Good.\n\nMake another one as a guest.\n\nThis will fail:", ".f"),
        ("Log in.\n\nYou will see an error.\n\nGive the role more rights:", "f."),
        // What only might be, or is about something else.
        ("It can be that this would fail. Wait a moment:", ".."),
        ("The pod will fail to start.", ".."),
        ("It should not fail.", ".."),
        ("If the quota is used up, nothing can be created. Go on:", ".."),
        ("Blanks are not allowed in a name. Go on:", ".."),
        ("You should see no error message.", ".."),
        ("Your application might get an error message now.", ".."),
        // An output that is shown.
        ("```text\nError from server (Forbidden): namespaces is forbidden\n```\n\nNext:", "f."),
        ("```yaml\nerror: none\n```\n\nNext:", ".."),
        ("If you see this, wait:\n\n```text\nError from server (Timeout)\n```\n\nNext:", ".."),
    ] {
        assert_eq!(between(prose), expected, "{prose}");
    }
}

#[test]
fn prose_says_what_need_not_be_run() {
    for (prose, expected) in [
        ("*Optional* - make another one:", ".o"),
        ("**NOTE: IF YOU RECEIVE ERRORS RUN THE FOLLOWING:**", ".o"),
        ("If you want to, make another:", ".o"),
        ("If the command above fails, make another:", ".o"),
        ("Do not run this yet:", ".o"),
        ("## Optional\n\nMake another:", ".o"),
        ("## Troubleshooting\n\nNo rights:", ".o"),
        ("# ====\n\n# Cleanup (optional)\n\n# ====\n\nTake it away:", ".o"),
        ("====\nCleanup (optional)\n====\n\nTake it away:\n", ".o"),
        ("Cleanup (optional)\n-----\n\nRead this.\n\nTake it away:", ".o"),
        ("Alternatively, make another:", ".o"),
        ("Or use another name.", ".o"),
        ("Puede continuar.\n\nTambién puedes crear otro:", ".o"),
        ("Done.\n\n---\n\nMake another:", ".."),
        ("## Appendix: more of them\n\nMake another:", ".o"),
        ("## If something goes wrong\n\nMake another:", ".o"),
        ("Now try commands like the following:", ".o"),
        ("## What goes wrong\n\nMake another:", ".."),
        ("The flag is an option.", ".."),
        ("If you want more, read on.\n\nMake another:", ".."),
    ] {
        assert_eq!(between(prose), expected, "{prose}");
    }
    let section = "## Optional: more\n\n```sh\nls a\n```\n\nAnd:\n\n```sh\nls b\n```\n\n## Then\n\n```sh\nls c\n```\n";
    assert_eq!(told(section), "oo.");
    let deeper = "# Lab\n\n## Troubleshooting\n\n### Rights\n\n```sh\nls a\n```\n\n### Names\n\n```sh\nls b\n```\n\n## Then\n\n```sh\nls c\n```\n";
    assert_eq!(told(deeper), "oo.");
    let title = "# Troubleshooting a pod\n\n```sh\nls a\n```\n\n## Then\n\n```sh\nls b\n```\n";
    assert_eq!(told(title), "..");
    let wish = "If you would like to see more, try the following:\n\n```sh\nls a\n```\n\nAnd then:\n\n```sh\nls b\n```\n\n## Then\n\n```sh\nls c\n```\n";
    assert_eq!(told(wish), "oo.");
    let once = "If you want to, make another:\n\n```sh\nls a\n```\n\nThen:\n\n```sh\nls b\n```\n";
    assert_eq!(told(once), "o.");
}

#[test]
fn comments_and_output_speak_of_one_command() {
    for (fence, expected) in [
        ("ls a\n# this should fail\nls b\nls c", ".f."),
        ("ls a\nls b # will get permission denied\nls c", ".f."),
        ("# optional\nls a\nls b", "o."),
        ("ls a # bad, don't do this!\nls b", "o."),
        ("ls a # a bad name\nls b", ".."),
        ("ls a\nls b # error\nls c", ".f."),
        ("ls a\nls b   # => Forbidden (403)\nls c", ".f."),
        ("ls a\nls b # ❌\nls c", ".f."),
        ("ls a\nls b\n# denied", ".f"),
        ("# will fail\nls a\nls b", "f."),
        ("ls a # error handling\nls b", ".."),
        ("# ----\n# Cleanup (optional)\n# ----\nls a\nls b\n# --- More ---\nls c", "oo."),
        ("ls a\n# or, in one go:\nls b", ".o"),
        ("# the same again, to create an error\nls a\nls b", "f."),
        ("$ ls a\n$ ls b\nError from server (Forbidden): no\n$ ls c", ".f."),
        ("$ ls a\n$ ls b\nError: no", ".f"),
    ] {
        assert_eq!(told(&format!("```console\n{fence}\n```\n")), expected, "{fence}");
    }
    let removal =
        "```sh\nls a\nkubectl delete ns a\n# or remove objects individually:\n# ls b\n```\n";
    assert_eq!(told(removal), ".o");
}

#[test]
fn other_languages_say_it_too() {
    for (prose, expected) in [
        ("Este comando debería fallar.", "f."),
        ("Esta operação deve falhar.", "f."),
        ("Cette commande devrait échouer.", "f."),
        ("Dieser Befehl sollte fehlschlagen.", "f."),
        ("Теперь вы получите ошибку.", "f."),
        ("このコマンドは失敗します。", "f."),
        ("该命令会失败。", "f."),
        ("이 명령은 실패합니다.", "f."),
        ("Opcional: crea otro:", ".o"),
        ("Si vous le souhaitez, créez un autre :", ".o"),
        ("Bei Bedarf noch einer:", ".o"),
        ("При желании создайте ещё один:", ".o"),
        ("必要に応じて、もう一つ作成します:", ".o"),
        ("可选：再创建一个：", ".o"),
        ("Crea otro:", ".."),
        ("Créez un autre :", ".."),
    ] {
        assert_eq!(between(prose), expected, "{prose}");
    }
}

#[test]
fn a_file_that_the_prose_has_edited_is_open() {
    let claims = |prose: &str| {
        let text = format!(
            "```sh\ncat > web.hcl <<'E'\npath \"a\" {{ capabilities = [\"read\"] }}\nE\n```\n\n{prose}\n\n```sh\nvault policy write web web.hcl\n```\n"
        );
        let challenge = challenge::parse(Source::new("a.md", &text));
        let plan = crate::assertion::collect(&challenge, &crate::assertion::Bindings::default());
        let policy = plan.assertions.iter().find(|one| one.claim.subject.kind == "vault/policy");
        let fields = policy.unwrap().claim.expectation.fields();
        !fields.is_empty() && fields.iter().all(|field| field.value.value().is_some())
    };
    assert!(claims("Write the policy:"));
    assert!(!claims("Edit `web.hcl` so that it allows more."));
}
