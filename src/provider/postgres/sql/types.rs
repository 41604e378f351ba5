//! Types as Postgres' catalog writes them, of the words that a statement uses.

/// The catalog's name of a type; `None` where it is not sure.
pub(super) fn canonical(written: &str) -> Option<String> {
    let written = written.to_lowercase();
    let mut base = written.trim();
    let mut dimensions = "";
    while let Some(rest) = base.strip_suffix("[]") {
        base = rest.trim_end();
        dimensions = "[]";
    }
    let (name, arguments) = match base.split_once('(') {
        Some((name, rest)) => {
            let (arguments, after) = rest.split_once(')')?;
            (format!("{}{after}", name.trim_end()), Some(arguments.replace(' ', "")))
        }
        None => (base.to_owned(), None),
    };
    let plain = |to: &str| match arguments {
        None => Some(to.to_owned()),
        Some(_) => None,
    };
    let sized = |to: &str, after: &str| match &arguments {
        None => Some(format!("{to}{after}")),
        Some(size) if size.chars().all(|c| c.is_ascii_digit()) => {
            Some(format!("{to}({size}){after}"))
        }
        Some(_) => None,
    };
    let canonical = match name.split_whitespace().collect::<Vec<_>>().join(" ").as_str() {
        "int" | "integer" | "int4" | "serial" | "serial4" => plain("integer"),
        "bigint" | "int8" | "bigserial" | "serial8" => plain("bigint"),
        "smallint" | "int2" | "smallserial" | "serial2" => plain("smallint"),
        "varchar" | "character varying" | "char varying" => sized("character varying", ""),
        "char" | "character" | "bpchar" => match arguments {
            None if name == "bpchar" => None,
            None => Some("character(1)".to_owned()),
            Some(_) => sized("character", ""),
        },
        "numeric" | "decimal" | "dec" => match arguments.as_deref() {
            None => Some("numeric".to_owned()),
            Some(size) if size.contains(',') => Some(format!("numeric({size})")),
            Some(size) => Some(format!("numeric({size},0)")),
        },
        "bool" | "boolean" => plain("boolean"),
        "real" | "float4" => plain("real"),
        "double precision" | "float8" | "float" => plain("double precision"),
        "timestamp" | "timestamp without time zone" => sized("timestamp", " without time zone"),
        "timestamptz" | "timestamp with time zone" => sized("timestamp", " with time zone"),
        "time" | "time without time zone" => sized("time", " without time zone"),
        "timetz" | "time with time zone" => sized("time", " with time zone"),
        text @ ("text" | "uuid" | "json" | "jsonb" | "date" | "bytea" | "inet" | "cidr"
        | "macaddr" | "money" | "xml" | "interval" | "tsvector" | "tsquery" | "point"
        | "oid" | "name") => plain(text),
        _ => None,
    }?;
    Some(format!("{canonical}{dimensions}"))
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn types_are_told_as_the_catalog_does() {
        for (written, expected) in [
            ("INT", Some("integer")),
            ("BIGSERIAL", Some("bigint")),
            ("VARCHAR(50)", Some("character varying(50)")),
            ("CHARACTER VARYING", Some("character varying")),
            ("CHAR", Some("character(1)")),
            ("NUMERIC(10,2)", Some("numeric(10,2)")),
            ("DECIMAL(10, 2)", Some("numeric(10,2)")),
            ("numeric(5)", Some("numeric(5,0)")),
            ("TIMESTAMP", Some("timestamp without time zone")),
            ("TIMESTAMP(3) WITH TIME ZONE", Some("timestamp(3) with time zone")),
            ("TIMESTAMPTZ", Some("timestamp with time zone")),
            ("TEXT[]", Some("text[]")),
            ("DOUBLE PRECISION", Some("double precision")),
            ("mood", None),
            ("geometry(Point,4326)", None),
            ("varchar(x)", None),
        ] {
            assert_eq!(canonical(written).as_deref(), expected, "{written}");
        }
    }
}
