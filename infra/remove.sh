#!/usr/bin/env bash
# Takes Tandem away: what it wrote first, then the registration, the locks and the resource group.
#
# Each step looks first, so a run that stopped in the middle is simply run again. docs/admin/remove.md tells it step by
# step. The commands: https://learn.microsoft.com/cli/azure/group and docs/admin/command-line.md
set -eEuo pipefail

usage() {
  cat <<'USAGE'
Takes Tandem away. Needs bash, az (signed in with az login), jq and tandem.

  remove.sh --url ADDRESS --resource-group NAME [options]

  --url ADDRESS            address of the app; events, blocks and subscriptions are taken away through it
  --app-gone               there is no app any more: leave that step out
  --resource-group NAME    the group that is deleted, with everything in it
  --events remove|keep     whether events and blocks that Tandem made are deleted or stay (default: remove)
  --app-id ID              the registration (default: the one that is called --name)
  --name NAME              display name of the registration (default: Tandem)
  --yes                    do not ask before a step that cannot be undone
  --dry-run                say what would be done, and do nothing
  --help

Examples
  remove.sh --url https://tandem-app.azurewebsites.net --resource-group tandem
  remove.sh --app-gone --resource-group tandem --app-id 01234567-89ab-cdef-0123-456789abcdef --yes
USAGE
}

url='' app_gone='' resource_group='' events=remove app_id='' name=Tandem agrees='' dry_run=''

say() { printf '%s\n' "$*"; }

fail() {
  trap - ERR
  printf 'remove: %s\n' "$*" >&2
  exit 1
}

read_options() {
  while (($#)); do
    case $1 in
      --app-gone) app_gone=yes ;;
      --yes) agrees=yes ;;
      --dry-run) dry_run=yes ;;
      --help) usage && exit 0 ;;
      --url | --resource-group | --events | --app-id | --name)
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
  [[ -n $resource_group ]] || fail "--resource-group is missing"
  [[ $events =~ ^(remove|keep)$ ]] || fail "--events is remove or keep"
  [[ -z $app_gone || -z $url ]] || fail "--url or --app-gone, not both"
  [[ -n $app_gone || -n $url ]] || fail "--url is missing; without it nobody takes the events away (--app-gone leaves them)"
  local tools=(az jq)
  if [[ -z $app_gone ]]; then tools+=(tandem); fi
  for tool in "${tools[@]}"; do
    command -v "$tool" >/dev/null || fail "$tool is not installed"
  done
}

# Ask before what cannot be undone. No answer is a no.
agree() {
  if [[ -n $agrees || -n $dry_run ]]; then return; fi
  local said=''
  read -r -p "$1 Type yes to go on: " said || true
  [[ $said == yes ]] || fail "stopped; nothing of this step was done"
}

# change WORDS COMMAND...: the only way in which anything is changed.
change() {
  local words=$1
  shift
  if [[ -n $dry_run ]]; then
    say "would $words: $*"
    return
  fi
  say "$words"
  "$@"
}

find_application() {
  local found
  az account show --output none --only-show-errors || fail "sign in first: az login"
  if [[ -n $app_id ]]; then
    found=$(az ad app list --app-id "$app_id" --output json --only-show-errors)
  else
    found=$(az ad app list --filter "displayName eq '${name//\'/\'\'}'" --output json --only-show-errors)
  fi
  [[ $(jq length <<<"$found") -lt 2 ]] || fail "several registrations are called $name: name one by --app-id: $(jq -r 'map(.appId) | join(" ")' <<<"$found")"
  app_id=$(jq -r '.[0].appId // empty' <<<"$found")
}

# Everybody who takes part is off-boarded by the app itself, which knows what it wrote.
offboard_resources() {
  if [[ -n $app_gone ]]; then
    say "The app is gone: events and blocks that it made stay where they are."
    return
  fi
  # Without the registration nobody gets a token for the app. It may be gone already, or be called otherwise.
  [[ -n $app_id ]] || fail "there is no registration $name, so the app cannot be asked: see --app-id; if it is removed already, --app-gone"
  export TANDEM_URL=$url TANDEM_AUDIENCE=${TANDEM_AUDIENCE:-api://$app_id}
  local taking_part left
  taking_part=$(list_taking_part)
  if [[ -n $taking_part ]]; then
    agree "$(wc -l <<<"$taking_part" | tr -d ' ') resource(s) take part; events and blocks that Tandem made: $events."
    while read -r resource <&4; do
      change "off-board $resource" tandem resources offboard "$resource" --events "$events" --yes --follow || true
    done 4<<<"$taking_part"
  fi
  if [[ -n $dry_run ]]; then return; fi
  left=$(list_taking_part)
  [[ -z $left ]] || fail "not off-boarded yet: $(paste -sd ' ' - <<<"$left"). See tandem held list; a mailbox that is gone is left by: tandem resources offboard ID --events keep"
  [[ $(tandem status --json | jq .subscriptions.active) == 0 ]] || fail "there are still subscriptions; they go within minutes: run this again"
}

list_taking_part() {
  tandem resources list --all --json | jq -r '.[] | select(.state | IN("offboarded", "waiting") | not).id'
}

remove_registration() {
  if [[ -z $app_id ]]; then
    say "There is no registration $name (any more)."
    return
  fi
  agree "The registration $app_id is deleted, with its secrets, roles and permissions."
  change "delete the registration $app_id" az ad app delete --id "$app_id" --only-show-errors
}

remove_locks() {
  local locks
  locks=$(az lock list --resource-group "$resource_group" --output json --only-show-errors | jq -r '.[].id')
  if [[ -z $locks ]]; then return; fi
  while read -r lock <&4; do
    change "remove the lock ${lock##*/}" az lock delete --ids "$lock" --only-show-errors
  done 4<<<"$locks"
}

# A workspace that goes with its group can be restored for 14 days, with all that was logged.
remove_logs() {
  local logs
  logs=$(jq -r '.[] | select(.type | ascii_downcase == "microsoft.operationalinsights/workspaces").name' <<<"$1")
  if [[ -z $logs ]]; then return; fi
  while read -r log <&4; do
    change "delete the log $log for good" az monitor log-analytics workspace delete --resource-group "$resource_group" --workspace-name "$log" --force true --yes --only-show-errors
  done 4<<<"$logs"
}

remove_group() {
  local found
  found=$(az resource list --resource-group "$resource_group" --output json --only-show-errors)
  say "In $resource_group there is:"
  jq -r '.[] | "  \(.type) \(.name)"' <<<"$found"
  agree "All of it is deleted."
  remove_locks
  remove_logs "$found"
  change "delete the resource group $resource_group, which takes some minutes" az group delete --name "$resource_group" --yes --only-show-errors
}

show_what_is_left() {
  if [[ -n $dry_run ]]; then return; fi
  say ""
  say "What is left:"
  az keyvault list-deleted --output json --only-show-errors | jq -r --arg group "/resourcegroups/$resource_group/" '.[]
    | select((.properties.vaultId // "") | ascii_downcase | contains($group | ascii_downcase))
    | "  The vault \(.name) is deleted and can be recovered until \(.properties.scheduledPurgeDate); purge protection lets nobody shorten that. Until then its name is taken."'
  say "  The storage account can be restored for 14 days, as long as nobody takes its name, by whoever may make one in this subscription."
  say "  The registration can be restored in Entra for 30 days, under Deleted applications, and removed there at once."
  say "  What was granted in Exchange, if it was: limit-mailboxes.ps1 -AppId <application id> -Remove"
  if [[ $events == keep || -n $app_gone ]]; then say "  Events that Tandem made, in the calendars; blocks, on the board."; fi
  say "  The keys that the board has of Tandem: take its webhook address and its API key away there."
}

read_options "$@"
check_options
trap 'if ((BASH_SUBSHELL == 0)); then printf "remove: stopped. Run it again: what is done stays, and it goes on from there.\n" >&2; fi' ERR
find_application
if [[ $(az group exists --name "$resource_group" --output json --only-show-errors) == true ]]; then
  offboard_resources
  remove_registration
  remove_group
else
  say "There is no resource group $resource_group (any more)."
  remove_registration
fi
show_what_is_left
