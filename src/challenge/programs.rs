//! Names of programs that labs call. Data: what a name means for a line is in `plausible`.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Programs that labs call, one line a field.
pub(super) static KNOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "\
vault consul nomad terraform boundary packer waypoint vagrant sentinel consul-template \
consul-terraform-sync consul-k8s envconsul nomad-pack tfc hcp kubectl k oc helm kind minikube \
k3s k3d kustomize istioctl kubeadm kubectx kubens crictl ctr argocd flux cilium linkerd \
calicoctl eksctl velero skaffold stern k9s tkn kn odo roxctl cosign virtctl subctl docker \
docker-compose podman buildah skopeo nerdctl podman-compose crane psql pg_dump pg_restore \
pgbench createdb createuser dropdb initdb pg_ctl mysql mysqldump mysqladmin mariadb sqlite3 \
mongo mongosh redis-cli cqlsh aws az gcloud gsutil bq doctl ibmcloud oci linode-cli gh curl wget \
http https grpcurl nc ncat netcat telnet ssh scp sftp ssh-keygen ssh-copy-id ssh-add ssh-agent \
rsync ping dig nslookup host traceroute ip ifconfig netstat ss iptables nft nmcli firewall-cmd \
ethtool ldapsearch ldapadd ldapmodify openssl gpg keytool certbot step cfssl git svn make cmake \
gcc cargo rustc go java javac mvn gradle python python2 python3 pip pip3 pipenv poetry uv \
virtualenv conda node npm npx yarn pnpm ruby gem bundle rake perl php composer dotnet swift bash \
sh zsh fish tmux screen ansible ansible-playbook ansible-galaxy ansible-navigator ansible-vault \
ansible-builder ansible-inventory ansible-doc ansible-config ansible-lint chef knife puppet salt \
inspec puppetserver puppet-code puppet-access puppet-query facter pdk bolt r10k tflint tfsec \
checkov infracost pulumi crossplane opa conftest kyverno trivy snyk grype syft falco sysdig \
bpftrace tetra hubble tshark tcpdump nmap wireshark strace ltrace perf gdb hey ab wrk k6 fortio \
yum dnf rpm apt apt-get apt-cache apk dpkg brew snap zypper pacman subscription-manager \
systemctl service journalctl timedatectl hostnamectl loginctl useradd userdel usermod groupadd \
adduser passwd chage id su sudo visudo whoami who w last lastlog groups getent semanage \
setsebool getsebool restorecon chcon sestatus getenforce setenforce ausearch auditctl \
fapolicyd-cli insights-client composer-cli leapp stratis vdo lvcreate pvcreate vgcreate lvextend \
lvs pvs vgs mkfs mkfs.xfs mkfs.ext4 mount umount lsblk blkid fdisk parted df du free top htop ps \
kill killall pkill pgrep nice lsof uptime uname hostname dmesg lscpu lsmod modprobe sysctl \
ulimit ls ll la cd pwd cat bat tac less more head tail tree find locate cp mv rm mkdir rmdir \
touch ln chmod chown chgrp stat file dd tar zip unzip gzip gunzip xz base64 md5sum sha256sum \
sha1sum xxd od hexdump grep egrep fgrep rg sed awk gawk cut sort uniq wc tr tee xargs diff cmp \
comm join paste split column fold nl seq jq yq envsubst printf echo read date cal sleep watch \
timeout time wait true false test [ [[ expr bc env printenv set unset export source . alias \
unalias type which whereis command builtin exec eval exit logout clear reset history help man \
info trap shopt complete pushd popd dirs jobs fg bg disown nohup crontab at logger vi vim nano \
emacs code agent set-workdir fail-message rosa rhc bootc nginx httpd caddy coder tower-cli awx \
rpmbuild mock fio stress stress-ng tuned-adm cockpit flatpak xdg-open open explorer gofmt kcat \
kafka-topics kafka-topics.sh pv expect sshpass script gitlab-runner circleci jenkins-cli influx \
promtool etcdctl etcdutl keycloak kcadm.sh teleport tsh tctl wash tinygo nomctx nats bao sops \
age rclone restic minio mc s3cmd f5 tmsh cf pks pbcopy xclip ngrok dapr func \
kubectl-argo-rollouts tilt task just go-task"
        .split_whitespace()
        .collect()
});

/// Programs that are whole commands alone. Others do nothing without arguments, or are names of things.
pub(super) static ALONE: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "\
ls ll la pwd cd clear exit logout reset history date whoami id hostname uptime uname env \
printenv top htop ps df free lsblk bash sh zsh kubectl vault consul nomad terraform boundary \
docker podman helm psql mysql mongosh mongo redis-cli sqlite3 python python3 node make w who \
last mount lscpu lsmod dmesg journalctl jobs fg bg wait tree vim vi nano tmux screen sestatus \
getenforce ifconfig netstat set export pvs vgs lvs k9s oc aws gcloud az git alias \
ansible-navigator sudo groups popd true false visudo blkid tmsh ansible tsh man help odo lsof"
        .split_whitespace()
        .collect()
});

/// Known programs that are names of languages too, for opening lines of fences.
pub(super) static LANGUAGES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "\
terraform sentinel go java python python2 python3 node ruby perl php swift bash sh zsh fish awk \
sed make cmake diff nginx puppet rego http https info code file script help read docker yq jq \
vim task"
        .split_whitespace()
        .collect()
});
