#!/usr/bin/env bash
# Makes or updates Tandem's app registration in Microsoft Entra, with the least permissions for what it is to do.
#
# Every step looks first and writes only what differs: a second run changes nothing, and a run that stopped in the
# middle is simply run again. register-app.ps1 is the same script for PowerShell, function by function.
# What is asked for and why: docs/admin/permissions.md. The commands: https://learn.microsoft.com/cli/azure/ad/app
set -eEuo pipefail
umask 077

usage() {
  cat <<'USAGE'
Makes or updates Tandem's app registration. Needs bash, az (signed in with az login) and jq.

  register-app.sh --vault NAME [options]                               sign in by a client secret
  register-app.sh --federated --identity NAME --resource-group NAME    sign in by the app's managed identity

What it may do
  --directions up|down|both   which way changes travel; Calendars.Read suffices for down (default: up)
  --principal-lookup          mailboxes are found by any of their addresses: User.Read.All
  --category-colours          colours of categories are kept in the mailbox: MailboxSettings.ReadWrite
  --pilot-group               a pilot is an Entra group: GroupMember.Read.All and User.Read.All
  --exchange-rbac             calendars and mailbox settings are granted in Exchange (limit-mailboxes.ps1), not here
  --no-consent                ask for the permissions, and leave granting them to somebody else's run

How it signs in
  --vault NAME                Key Vault that takes the client secret
  --secret-name NAME          its name in the vault (default: graph-client-secret)
  --expires YYYY-MM-DD        until when it holds (default: in 180 days)
  --rotate                    have a second, newer secret; the old one goes on working until --retire
  --retire                    take every secret but the newest away
  --federated                 no secret: trust the managed identity
  --identity NAME             user-assigned managed identity of the function app
  --resource-group NAME       resource group of identity and function app

Beside that
  --name NAME                 display name of the registration (default: Tandem)
  --app-id ID                 update this registration, whatever its name is
  --admin ID                  object id of who becomes Tandem.Admin (default: whoever runs this)
  --function-app NAME         put what the app has to know into its settings; needs --resource-group
  --cloud public|usgov|dod|china   (default: public)
  --dry-run                   say what would be changed, and change nothing
  --help

Examples
  register-app.sh --vault tandem-kv --directions both --function-app tandem-app --resource-group tandem
  register-app.sh --vault tandem-kv --directions both --rotate --expires 2027-05-20
  register-app.sh --federated --identity tandem-id --resource-group tandem --exchange-rbac
USAGE
}

directions=up principal_lookup='' category_colours='' pilot_group='' exchange_rbac='' consents=yes
vault='' secret_name=graph-client-secret expires='' rotates='' retires='' federated='' identity='' resource_group=''
name=Tandem app_id='' admin='' function_app='' cloud=public dry_run=''
graph_app=00000003-0000-0000-c000-000000000000
az_client=04b07795-8ddb-461a-bbee-02f9e1bf7b46
# Everything that Tandem can ever ask for; of these, what is not chosen is taken away again.
known_permissions='["Calendars.Read","Calendars.ReadWrite","MailboxSettings.Read","MailboxSettings.ReadWrite","User.Read.All","GroupMember.Read.All"]'
roles='[
  {"id":"5b6d1c52-0c3e-4c55-9c0f-2f7a4d1be001","value":"Tandem.Admin","displayName":"Tandem administrator",
   "description":"May do everything that the administration of Tandem can do.","isEnabled":true,
   "allowedMemberTypes":["User","Application"]},
  {"id":"5b6d1c52-0c3e-4c55-9c0f-2f7a4d1be002","value":"Tandem.Reader","displayName":"Tandem reader",
   "description":"May read everything in the administration of Tandem, and change nothing.","isEnabled":true,
   "allowedMemberTypes":["User","Application"]}]'
scope='{"id":"5b6d1c52-0c3e-4c55-9c0f-2f7a4d1be003","value":"access","type":"Admin","isEnabled":true,
  "adminConsentDisplayName":"Administer Tandem",
  "adminConsentDescription":"Call the administration of Tandem as the signed-in user, who needs a role of Tandem."}'
not_known_yet='does not exist|Request_ResourceNotFound|does not reference a valid application object|Not a valid reference update|Permission being assigned was not found'
changes=0 patience=0 pause=${REGISTER_PAUSE:-5}
exec 3>&1

say() { printf '%s\n' "$*" >&3; }

fail() {
  trap - ERR
  printf 'register-app: %s\n' "$*" >&2
  exit 1
}

stop() {
  if ((BASH_SUBSHELL == 0)); then
    printf 'register-app: stopped. Run it again: what is done stays, and it goes on from there.\n' >&2
  fi
}

# Run az. What was made a moment ago is not known everywhere in Entra yet: then, and only then, it is tried again.
run_az() {
  local attempt=0
  until az "$@" --only-show-errors 2>"$scratch/errors"; do
    if ((attempt >= patience)) || ! grep -Eq "$not_known_yet" "$scratch/errors"; then
      cat "$scratch/errors" >&2
      return 1
    fi
    attempt=$((attempt + 1))
    sleep "$pause"
  done
}

read_az() { run_az "$@" --output json; }

# change WORDS ARGUMENTS...: the only way in which anything is written.
change() {
  local words=$1
  shift
  changes=$((changes + 1))
  if [[ -n $dry_run ]]; then
    say "would $words: az $*"
    return
  fi
  say "$words"
  run_az "$@"
}

# graph METHOD PATH [BODY]: the arguments of a call to Graph, in the array `call`.
graph_call() {
  call=(rest --method "$1" --url "$graph/v1.0/$2" --resource "$graph")
  if (($# > 2)); then
    printf '%s' "$3" >"$scratch/body.json"
    call+=(--headers Content-Type=application/json --body "@$scratch/body.json")
  fi
}

read_options() {
  while (($#)); do
    case $1 in
      --principal-lookup) principal_lookup=yes ;;
      --category-colours) category_colours=yes ;;
      --pilot-group) pilot_group=yes ;;
      --exchange-rbac) exchange_rbac=yes ;;
      --no-consent) consents='' ;;
      --rotate) rotates=yes ;;
      --retire) retires=yes ;;
      --federated) federated=yes ;;
      --dry-run) dry_run=yes ;;
      --help) usage && exit 0 ;;
      --directions | --vault | --secret-name | --expires | --identity | --resource-group | --name | --app-id | --admin | --function-app | --cloud)
        [[ -n ${2:-} && ${2:-} != --* ]] || fail "$1 needs a value; see --help"
        local variable=${1#--}
        printf -v "${variable//-/_}" '%s' "$2"
        shift
        ;;
      *) fail "there is no option $1; see --help" ;;
    esac
    shift
  done
}

check_options() {
  [[ $directions =~ ^(up|down|both)$ ]] || fail "--directions is up, down or both"
  if [[ -n $federated ]]; then
    [[ -n $identity && -n $resource_group ]] || fail "--federated needs --identity and --resource-group"
    [[ -z $rotates ]] || fail "--rotate makes a secret, and --federated does without: choose one"
  else
    [[ -n $vault ]] || fail "--vault is missing: the Key Vault that takes the secret; or --federated, to do without one"
  fi
  [[ -z $rotates || -z $retires ]] || fail "--rotate first; --retire when the app has used the new secret"
  [[ -z $retires || -n $vault ]] || fail "--retire needs --vault: the Key Vault whose secrets are taken away"
  [[ -z $function_app || -n $resource_group ]] || fail "--function-app needs --resource-group"
  [[ -z $vault || $vault =~ ^[A-Za-z][A-Za-z0-9-]{2,23}$ ]] || fail "--vault is a vault's name, 3 to 24 characters"
  if [[ -n $expires ]]; then
    [[ $expires =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]] || fail "--expires is a day such as 2027-05-20"
    [[ $expires > $(date -u +%Y-%m-%d) ]] || fail "--expires is not in the future"
  fi
  for tool in az jq; do
    command -v "$tool" >/dev/null || fail "$tool is not installed: https://learn.microsoft.com/cli/azure and https://jqlang.org"
  done
}

choose_cloud() {
  audience=api://AzureADTokenExchange
  case $cloud in
    public) graph=https://graph.microsoft.com authority=https://login.microsoftonline.com ;;
    usgov) graph=https://graph.microsoft.us authority=https://login.microsoftonline.us audience+=USGov ;;
    dod) graph=https://dod-graph.microsoft.us authority=https://login.microsoftonline.us audience+=USGov ;;
    china) graph=https://microsoftgraph.chinacloudapi.cn authority=https://login.chinacloudapi.cn audience+=China ;;
    *) fail "--cloud is public, usgov, dod or china" ;;
  esac
  issuer=$authority
  # Identities of this cloud sign with the newer name of the same authority.
  if [[ $cloud == china ]]; then issuer=https://login.partner.microsoftonline.cn; fi
}

check_sign_in() {
  local account kind caller endpoint
  account=$(read_az account show) || fail "sign in first: az login"
  read -r tenant kind caller < <(jq -r '"\(.tenantId) \(.user.type) \(.user.name)"' <<<"$account")
  endpoint=$(read_az cloud show | jq -r '.endpoints.microsoftGraphResourceId | rtrimstr("/")')
  [[ $endpoint == "$graph" ]] || fail "az speaks to $endpoint, and --cloud $cloud is $graph: see az cloud set and az cloud update"
  if [[ -n $admin ]]; then
    return
  elif [[ $kind == user ]]; then
    admin=$(read_az ad signed-in-user show | jq -r .id)
  else
    admin=$(read_az ad sp show --id "$caller" | jq -r .id)
  fi
}

find_application() {
  local found
  if [[ -n $app_id ]]; then
    found=$(read_az ad app list --app-id "$app_id" | jq -c '.[]')
    [[ -n $found ]] || fail "there is no registration $app_id in tenant $tenant"
  else
    found=$(read_az ad app list --filter "displayName eq '${name//\'/\'\'}'" | jq -c '.[]')
  fi
  [[ $found != *$'\n'* ]] || fail "several registrations are called $name: name one by --app-id: $(jq -rs 'map(.appId) | join(" ")' <<<"$found")"
  application=$found
}

new_application() {
  if [[ -z $application ]]; then
    change "make the registration $name" ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --output json >"$scratch/made.json"
    application='{"id":"<object id>","appId":"<application id>"}'
    if [[ -z $dry_run ]]; then application=$(jq -c . "$scratch/made.json"); fi
    patience=12
  fi
  IFS=$'\t' read -r object_id app_id < <(jq -r '"\(.id)\t\(.appId)"' <<<"$application")
}

set_identifier() {
  local wanted=() uris
  uris=$(jq -r --arg uri "api://$app_id" '(.identifierUris // []) | if index($uri) then empty else (. + [$uri])[] end' <<<"$application")
  if [[ -n $uris ]]; then
    wanted+=(--identifier-uris)
    while read -r uri; do wanted+=("$uri"); done <<<"$uris"
  fi
  if [[ $(jq '.api.requestedAccessTokenVersion' <<<"$application") != 2 ]]; then
    wanted+=(--requested-access-token-version 2)
  fi
  if ((${#wanted[@]})); then
    change "give it the URI api://$app_id and tokens of version 2" ad app update --id "$app_id" "${wanted[@]}" --output none
  fi
}

set_roles() {
  local wanted
  # Somebody may have made them by hand, with ids of their own; roles that are not ours stay as they are.
  wanted=$(jq -c --argjson roles "$roles" '(.appRoles // []) as $have
    | ($have | map(if .value | IN($roles[].value) then . + {isEnabled: true, allowedMemberTypes: ["User", "Application"]} else . end))
    + ($roles | map(select(.value | IN($have[].value) | not)))
    | def plain: map(.allowedMemberTypes |= sort); if plain == ($have | plain) then empty else . end' <<<"$application")
  if [[ -n $wanted ]]; then
    printf '%s' "$wanted" >"$scratch/roles.json"
    change "give it the roles Tandem.Admin and Tandem.Reader" ad app update --id "$app_id" --app-roles "@$scratch/roles.json" --output none
  fi
}

set_scope() {
  local wanted with_scope
  # shellcheck disable=SC2016
  with_scope='def with_scope: (.api // {}) | .requestedAccessTokenVersion = 2
    | if any(.oauth2PermissionScopes[]?; .value == $scope.value) then . else .oauth2PermissionScopes += [$scope] end;'
  wanted=$(jq -c --argjson scope "$scope" "$with_scope"' with_scope as $wanted
    | if .api.oauth2PermissionScopes == $wanted.oauth2PermissionScopes then empty else {api: $wanted} end' <<<"$application")
  if [[ -n $wanted ]]; then
    graph_call patch "applications/$object_id" "$wanted"
    change "offer the scope access" "${call[@]}" --output none
  fi
  # A scope has to exist before a client can be authorised for it, so these are two calls.
  wanted=$(jq -c --argjson scope "$scope" --arg client "$az_client" "$with_scope"' with_scope
    | (.oauth2PermissionScopes[] | select(.value == $scope.value).id) as $id
    | if any(.preAuthorizedApplications[]?; .appId == $client and (.delegatedPermissionIds | index($id))) then empty else
      {api: (.preAuthorizedApplications = [.preAuthorizedApplications[]? | select(.appId != $client)] + [{appId: $client, delegatedPermissionIds: [$id]}])} end' <<<"$application")
  if [[ -n $wanted ]]; then
    graph_call patch "applications/$object_id" "$wanted"
    change "let the Azure CLI get tokens for it" "${call[@]}" --output none
  fi
}

# The names of what the chosen options need, and nothing beyond.
list_permissions() {
  if [[ -z $exchange_rbac ]]; then
    if [[ $directions == down ]]; then echo Calendars.Read; else echo Calendars.ReadWrite; fi
    if [[ -n $category_colours ]]; then echo MailboxSettings.ReadWrite; else echo MailboxSettings.Read; fi
  fi
  if [[ -n $principal_lookup || -n $pilot_group ]]; then echo User.Read.All; fi
  if [[ -n $pilot_group ]]; then echo GroupMember.Read.All; fi
}

find_permissions() {
  local names offered
  names=$(list_permissions | jq -Rnc '[inputs]')
  offered=$(read_az ad sp show --id "$graph_app")
  # `known` and `chosen` are {"name": id} of everything we know, and of what is chosen now.
  { read -r graph_service && read -r known && read -r chosen; } < <(jq -r --argjson known "$known_permissions" --argjson names "$names" '
    ([.appRoles[] | select(.value | IN($known[])) | {(.value): .id}] | add) as $known
    | .id, ($known | tojson), ($known | with_entries(select(.key | IN($names[]))) | if length == ($names | length) then tojson else empty end)' <<<"$offered") ||
    fail "Microsoft Graph does not offer all of $names"
}

set_permissions() {
  local wanted
  wanted=$(jq -c --arg graph "$graph_app" --argjson known "$known" --argjson chosen "$chosen" '(.requiredResourceAccess // []) as $have
    | [$have[] | select(.resourceAppId == $graph) | .resourceAccess[] | select(.id | IN($known[]) | not)] as $others
    | ($others + [$chosen[] | {id: ., type: "Role"}]) as $ours
    | [$have[] | select(.resourceAppId != $graph)] + (if $ours == [] then [] else [{resourceAppId: $graph, resourceAccess: $ours}] end)
    | def plain: map(.resourceAccess |= sort_by(.id)) | sort_by(.resourceAppId); if plain == ($have | plain) then empty else . end' <<<"$application")
  if [[ -n $wanted ]]; then
    printf '%s' "$wanted" >"$scratch/permissions.json"
    change "ask for these permissions and no others: $(list_permissions | paste -sd ' ' -)" ad app update --id "$app_id" --required-resource-accesses "@$scratch/permissions.json" --output none
  fi
}

set_service_principal() {
  local found='[]'
  if [[ $app_id != '<'* ]]; then found=$(read_az ad sp list --filter "appId eq '$app_id'"); fi
  service=$(jq -r '.[0].id // empty' <<<"$found")
  if [[ -z $service ]]; then
    change "make its enterprise application" ad sp create --id "$app_id" --output json >"$scratch/service.json"
    service='<object id of the enterprise application>'
    if [[ -z $dry_run ]]; then service=$(jq -r .id "$scratch/service.json"); fi
    patience=12
  fi
}

# list_assignments KIND: appRoleAssignments (what it may do elsewhere) or appRoleAssignedTo (who may do what with it).
list_assignments() {
  if [[ $service == '<'* ]]; then echo '[]' && return; fi
  graph_call get "servicePrincipals/$service/$1?\$top=999"
  read_az "${call[@]}" | jq -c .value
}

# `az ad app permission admin-consent` knows only the public cloud and grants whatever is asked for; these are the same
# grants, one by one: https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto
grant_permissions() {
  local held
  held=$(list_assignments appRoleAssignments)
  while read -r id permission; do
    if [[ -z $id ]]; then continue; fi
    if [[ -z $consents ]]; then
      say "not granted yet: $permission. Have a Privileged Role Administrator run this without --no-consent."
      continue
    fi
    graph_call post "servicePrincipals/$graph_service/appRoleAssignedTo" "{\"principalId\":\"$service\",\"resourceId\":\"$graph_service\",\"appRoleId\":\"$id\"}"
    change "grant $permission" "${call[@]}" --output none
  done < <(jq -r --arg graph "$graph_service" --argjson held "$held" '[$held[] | select(.resourceId == $graph).appRoleId] as $ids | to_entries[] | select(.value | IN($ids[]) | not) | "\(.value) \(.key)"' <<<"$chosen")
}

revoke_permissions() {
  local held
  held=$(list_assignments appRoleAssignments)
  while IFS=$'\t' read -r id permission; do
    if [[ $id == - ]]; then
      say "Look at this: it holds the Graph permission $permission, which Tandem never asks for."
    elif [[ -z $consents ]]; then
      say "not taken away yet: $permission. Have a Privileged Role Administrator run this without --no-consent."
    else
      graph_call delete "servicePrincipals/$service/appRoleAssignments/$id"
      change "take $permission away, which is not needed" "${call[@]}" --output none
    fi
  done < <(jq -r --arg graph "$graph_service" --argjson known "$known" --argjson chosen "$chosen" '($known | with_entries({key: .value, value: .key})) as $names
    | .[] | select(.resourceId == $graph and (.appRoleId | IN($chosen[]) | not))
    | if $names[.appRoleId] then "\(.id)\t\($names[.appRoleId])" else "-\t\(.appRoleId)" end' <<<"$held")
}

grant_admin() {
  local role held
  role=$(jq -r --argjson roles "$roles" '(.appRoles // []) + $roles | map(select(.value == "Tandem.Admin"))[0].id' <<<"$application")
  held=$(list_assignments appRoleAssignedTo)
  if [[ $(jq --arg who "$admin" --arg role "$role" 'any(.principalId == $who and .appRoleId == $role)' <<<"$held") == false ]]; then
    graph_call post "servicePrincipals/$service/appRoleAssignedTo" "{\"principalId\":\"$admin\",\"resourceId\":\"$service\",\"appRoleId\":\"$role\"}"
    change "make $admin a Tandem.Admin" "${call[@]}" --output none
  fi
}

# The secrets that were made for this vault: `ours` in the registration, `versions` in the vault, oldest first. A version
# names its secret by a tag; the value is never read.
find_secrets() {
  ours='[]'
  if [[ $app_id != '<'* ]]; then
    ours=$(read_az ad app credential list --id "$app_id" | jq -c --arg mark "tandem $vault " '[.[] | select(.displayName // "" | ascii_downcase | startswith($mark | ascii_downcase))]')
  fi
  versions='[]'
  if [[ $(read_az keyvault secret list --vault-name "$vault" | jq --arg name "$secret_name" 'any(.name == $name)') == true ]]; then
    versions=$(read_az keyvault secret list-versions --vault-name "$vault" --name "$secret_name" | jq -c 'sort_by(.attributes.created)')
  fi
  # The key of the secret that holds now, or nothing.
  current=$(jq -r --argjson ours "$ours" --arg app "$app_id" 'def moment: sub("\\.[0-9]+"; "") | sub("\\+00:00$"; "Z") | fromdateiso8601;
    (.[-1] // {}) | select(.attributes.enabled and .tags.application == $app and (.tags.credential | IN($ours[].keyId)))
    | select(.attributes.expires and (.attributes.expires | moment) > now).tags.credential' <<<"$versions")
}

remove_secrets() {
  while read -r key label; do
    if [[ -z $key ]]; then continue; fi
    change "$1 $label" ad app credential delete --id "$app_id" --key-id "$key" --output none
  done < <(jq -r '.[] | "\(.keyId) \(.displayName)"' <<<"$2")
}

# The key of a secret that was made a moment ago, as soon as it is to be seen.
find_key() {
  local attempt key
  for ((attempt = 0; attempt < 12; attempt++)); do
    if ((attempt)); then sleep "$pause"; fi
    key=$(read_az ad app credential list --id "$app_id" | jq -r --arg mark "$1" '.[] | select(.displayName == $mark).keyId')
    if [[ -n $key ]]; then break; fi
  done
  printf '%s' "$key"
}

set_secret() {
  local label key
  find_secrets
  # A run that stopped between registration and vault left a secret that nobody knows.
  remove_secrets "remove the unused secret" "$(jq -c --argjson versions "$versions" '[.[] | select(.keyId | IN($versions[].tags.credential) | not)]' <<<"$ours")"
  ours=$(jq -c --argjson versions "$versions" '[.[] | select(.keyId | IN($versions[].tags.credential))]' <<<"$ours")
  if [[ -n $current && -z $rotates ]]; then return; fi
  if [[ -n $current && $(jq length <<<"$ours") -gt 1 ]]; then
    say "There are two secrets already, so it is rotated. When the app has used the new one: --retire."
    return
  fi
  if [[ -z $expires ]]; then expires=$(jq -nr 'now + 180 * 86400 | strftime("%Y-%m-%d")'); fi
  label="tandem $vault $(date -u +%Y%m%dT%H%M%SZ)-$RANDOM"
  change "make a secret that holds until $expires" ad app credential reset --id "$app_id" --append --display-name "$label" --end-date "${expires}T00:00:00Z" --output json >"$scratch/credential.json"
  key='<key id>'
  if [[ -z $dry_run ]]; then
    # Without the line end that az prints: it would become a part of the secret.
    jq -j .password "$scratch/credential.json" >"$scratch/secret"
    key=$(find_key "$label")
    [[ -n $key ]] || fail "the new secret is not to be seen in the registration yet; run this again in a minute"
  fi
  change "put it into the vault $vault as $secret_name" keyvault secret set --vault-name "$vault" --name "$secret_name" --file "$scratch/secret" --encoding utf-8 --expires "${expires}T00:00:00Z" --tags "application=$app_id" "credential=$key" --output none
  rm -f "$scratch/credential.json" "$scratch/secret"
}

retire_secrets() {
  find_secrets
  if [[ -z $federated && -z $current ]]; then fail "no secret in $vault holds now, so none is taken away"; fi
  if [[ -n $federated ]]; then current=''; fi
  remove_secrets "take away the old secret" "$(jq -c --arg current "$current" '[.[] | select(.keyId != $current)]' <<<"$ours")"
}

set_federation() {
  local subject wanted found='[]'
  subject=$(read_az identity show --name "$identity" --resource-group "$resource_group" | jq -r .principalId)
  wanted=$(jq -nc --arg issuer "$issuer/$tenant/v2.0" --arg subject "$subject" --arg audience "$audience" '{name: "tandem", description: "The managed identity of the function app.", issuer: $issuer, subject: $subject, audiences: [$audience]}')
  printf '%s' "$wanted" >"$scratch/federation.json"
  if [[ $app_id != '<'* ]]; then found=$(read_az ad app federated-credential list --id "$app_id"); fi
  found=$(jq -c '.[] | select(.name == "tandem")' <<<"$found")
  if [[ -z $found ]]; then
    change "trust the managed identity $identity" ad app federated-credential create --id "$app_id" --parameters "@$scratch/federation.json" --output none
  elif [[ $(jq --argjson wanted "$wanted" '.issuer == $wanted.issuer and .subject == $wanted.subject and .audiences == $wanted.audiences' <<<"$found") == false ]]; then
    change "trust the managed identity $identity" ad app federated-credential update --id "$app_id" --federated-credential-id tandem --parameters "@$scratch/federation.json" --output none
  fi
}

# What the app has to know, as NAME=VALUE; nothing of it is secret.
list_settings() {
  printf '%s\n' "GRAPH_TENANT_ID=$tenant" "GRAPH_CLIENT_ID=$app_id" "ADMIN_AUDIENCE=$app_id" "GRAPH_ENDPOINT=$graph" "GRAPH_AUTHORITY=$authority"
  if [[ -n $federated ]]; then echo GRAPH_SIGN_IN=federated; else printf '%s\n' GRAPH_SIGN_IN=secret "GRAPH_CLIENT_SECRET_NAME=$secret_name"; fi
}

set_app_settings() {
  local have wanted=()
  have=$(read_az functionapp config appsettings list --name "$function_app" --resource-group "$resource_group")
  while read -r setting; do
    wanted+=("$setting")
  done < <(list_settings | jq -Rnr --argjson have "$have" '[inputs] - ($have | map("\(.name)=\(.value)")) | .[]')
  if ((${#wanted[@]})); then
    change "tell the app ${wanted[*]%%=*}" functionapp config appsettings set --name "$function_app" --resource-group "$resource_group" --settings "${wanted[@]}" --output none
  fi
  if [[ -n $federated && $have == *'"GRAPH_CLIENT_SECRET_NAME"'* ]]; then
    change "have the app forget GRAPH_CLIENT_SECRET_NAME" functionapp config appsettings delete --name "$function_app" --resource-group "$resource_group" --setting-names GRAPH_CLIENT_SECRET_NAME --output none
  fi
}

show_next_steps() {
  if ((changes == 0)); then say "Nothing had to be changed."; fi
  say ""
  say "Tenant $tenant, application $app_id, enterprise application $service."
  say "What the app has to know; keep it for the next deployment, in tandem.env or by azd env set:"
  list_settings | sed 's/^/  /' >&3
  if [[ -n $exchange_rbac ]]; then
    say "Calendars are granted in Exchange. In PowerShell:"
    say "  ./limit-mailboxes.ps1 -AppId $app_id -ServicePrincipalId $service -Directions $directions ..."
  fi
  if [[ -n $rotates ]]; then say "When the app has used the new secret, which takes five minutes at most: the same with --retire."; fi
  say "A new permission is noticed with the next token, after an hour at most. Then: tandem doctor"
}

read_options "$@"
check_options
choose_cloud
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap stop ERR
check_sign_in
find_application
new_application
set_identifier
set_roles
set_scope
find_permissions
set_permissions
set_service_principal
grant_permissions
revoke_permissions
grant_admin
if [[ -n $federated ]]; then set_federation; else set_secret; fi
if [[ -n $function_app ]]; then set_app_settings; fi
if [[ -n $retires ]]; then retire_secrets; fi
show_next_steps
