#!/usr/bin/env bash
# A check of the seed's challenge as an experienced author would write it by hand: 12 processes of
# vault, kubectl, jq and psql, none of them repeated. It is what `tests/live/bench` measures against.
# It leaves a lease and a Postgres role behind at every run, as such scripts do.
set -uo pipefail

fail() {
    echo "FAIL: $*"
    exit 1
}

secret=kv/db/postgres/product-db-creds
deployment=products-api-deployment

mounts=$(vault secrets list -format=json) || fail "Vault cannot be read"
config=$(vault read -format=json database/config/hashicups-pgsql 2>/dev/null) ||
    fail "the connection hashicups-pgsql is not configured"
role=$(vault read -format=json database/roles/products-api 2>/dev/null) ||
    fail "the role products-api does not exist"
leases=$(vault list -format=json sys/leases/lookup/database/creds/products-api 2>/dev/null) ||
    fail "no credentials of products-api were read"
host=$(kubectl get svc -l app=postgres -o 'jsonpath={.items[0].spec.clusterIP}') ||
    fail "the Postgres service was not found"

wrong=$(jq -rn --arg host "$host" --argjson mounts "$mounts" --argjson config "$config" \
    --argjson role "$role" --argjson leases "$leases" '
    def squeezed: gsub("\\s+"; " ") | sub("^ "; "") | sub(" ?;? ?$"; "");
    "CREATE ROLE \"{{name}}\" WITH LOGIN PASSWORD '\''{{password}}'\'' VALID UNTIL '\''{{expiration}}'\'' SUPERUSER; GRANT SELECT ON ALL TABLES IN SCHEMA public TO \"{{name}}\""
        as $sql
    | if $mounts["database/"].type != "database" then "database/ is not enabled"
      elif $config.data.plugin_name != "postgresql-database-plugin" then "wrong plugin"
      elif ($config.data.allowed_roles | index("products-api")) == null then "role not allowed"
      elif $config.data.connection_details.username != "postgres" then "wrong user"
      elif $config.data.connection_details.connection_url
          != "postgresql://{{username}}:{{password}}@\($host):5432/?sslmode=disable" then "wrong URL"
      elif $role.data.db_name != "hashicups-pgsql" then "wrong db_name"
      elif ($role.data.creation_statements | join(" ") | squeezed) != $sql then "wrong statements"
      elif $role.data.default_ttl != 1800 or $role.data.max_ttl != 3600 then "wrong TTL"
      elif ($leases | length) == 0 then "no credentials were read"
      else "" end') || fail "an answer could not be read"
[[ -z $wrong ]] || fail "$wrong"

fresh=$(vault read -format=json database/creds/products-api) || fail "no credentials are issued"
{ read -r user && read -r password; } < <(jq -r '.data.username, .data.password' <<<"$fresh")
PGPASSWORD=$password psql -w -q -U "$user" -h "$host" -c '\q' products ||
    fail "fresh credentials do not log in"
refusal=$(PGPASSWORD=password psql -w -q -U postgres -h "$host" -c '\q' 2>&1) &&
    fail "the old password still works"
[[ $refusal == *'password authentication failed'* ]] || fail "Postgres did not answer"

answer=$(vault kv get -format=json "$secret" 2>&1) && fail "$secret still exists"
[[ $answer == *'No value found'* ]] || fail "Vault did not answer"
left=$(kubectl get deployment "$deployment" --ignore-not-found -o name) || fail "Kubernetes did not answer"
[[ -z $left ]] || fail "$deployment still exists"
