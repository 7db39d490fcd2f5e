#Requires -Version 7.2
<#
.SYNOPSIS
Makes or updates Tandem's app registration in Microsoft Entra, with the least permissions for what it is to do.

.DESCRIPTION
Every step looks first and writes only what differs: a second run changes nothing, and a run that stopped in the middle is
simply run again. register-app.sh is the same script for bash, function by function. What is asked for and why:
docs/admin/permissions.md. The commands: https://learn.microsoft.com/cli/azure/ad/app. Needs az (signed in with az login).

.EXAMPLE
./register-app.ps1 -Vault tandem-kv -Directions both -FunctionApp tandem-app -ResourceGroup tandem
.EXAMPLE
./register-app.ps1 -Vault tandem-kv -Directions both -Rotate -Expires 2027-05-20
.EXAMPLE
./register-app.ps1 -Federated -Identity tandem-id -ResourceGroup tandem -ExchangeRbac
#>
param(
    # Which way changes travel; Calendars.Read suffices for down.
    [ValidateSet('up', 'down', 'both')] [string] $Directions = 'up',
    # Mailboxes are found by any of their addresses: User.Read.All.
    [switch] $PrincipalLookup,
    # Colours of categories are kept in the mailbox: MailboxSettings.ReadWrite.
    [switch] $CategoryColours,
    # A pilot is an Entra group: GroupMember.Read.All and User.Read.All.
    [switch] $PilotGroup,
    # Calendars and mailbox settings are granted in Exchange (limit-mailboxes.ps1), not here.
    [switch] $ExchangeRbac,
    # Ask for the permissions, and leave granting them to somebody else's run.
    [switch] $NoConsent,
    # Key Vault that takes the client secret, and the secret's name in it.
    [string] $Vault = '',
    [string] $SecretName = 'graph-client-secret',
    # Until when it holds; in 180 days by default.
    [string] $Expires = '',
    # Have a second, newer secret; the old one goes on working until -Retire, which takes every one but the newest away.
    [switch] $Rotate,
    [switch] $Retire,
    # No secret: trust this user-assigned managed identity of the function app.
    [switch] $Federated,
    [string] $Identity = '',
    # Resource group of identity and function app.
    [string] $ResourceGroup = '',
    # Display name of the registration; or its application id, whatever its name is.
    [string] $Name = 'Tandem',
    [string] $AppId = '',
    # Object id of who becomes Tandem.Admin; whoever runs this by default.
    [string] $Admin = '',
    # Put what the app has to know into its settings; needs -ResourceGroup.
    [string] $FunctionApp = '',
    [ValidateSet('public', 'usgov', 'dod', 'china')] [string] $Cloud = 'public',
    # Say what would be changed, and change nothing.
    [switch] $DryRun
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false
# Not stricter: a property of an empty list is nothing here, and not a mistake.
Set-StrictMode -Version 1.0

$graphApp = '00000003-0000-0000-c000-000000000000'
$notKnownYet = 'does not exist|Request_ResourceNotFound|does not reference a valid application object|Not a valid reference update|Permission being assigned was not found'
$azClient = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
# Everything that Tandem can ever ask for; of these, what is not chosen is taken away again.
$knownPermissions = @("Calendars.Read", "Calendars.ReadWrite", "MailboxSettings.Read", "MailboxSettings.ReadWrite", "User.Read.All", "GroupMember.Read.All")
$roles = @'
[
  {"id":"5b6d1c52-0c3e-4c55-9c0f-2f7a4d1be001","value":"Tandem.Admin","displayName":"Tandem administrator",
   "description":"May do everything that the administration of Tandem can do.","isEnabled":true,
   "allowedMemberTypes":["User","Application"]},
  {"id":"5b6d1c52-0c3e-4c55-9c0f-2f7a4d1be002","value":"Tandem.Reader","displayName":"Tandem reader",
   "description":"May read everything in the administration of Tandem, and change nothing.","isEnabled":true,
   "allowedMemberTypes":["User","Application"]}]
'@ | ConvertFrom-Json -AsHashtable -NoEnumerate
$scope = @'
{"id":"5b6d1c52-0c3e-4c55-9c0f-2f7a4d1be003","value":"access","type":"Admin","isEnabled":true,
  "adminConsentDisplayName":"Administer Tandem",
  "adminConsentDescription":"Call the administration of Tandem as the signed-in user, who needs a role of Tandem."}
'@ | ConvertFrom-Json -AsHashtable
$script:changes = 0
$script:patience = 0
$pause = if ($env:REGISTER_PAUSE) { [int] $env:REGISTER_PAUSE } else { 5 }

function Say { Write-Host ($args -join ' ') }

function Fail { throw "register-app: $($args -join ' ')" }

# Run az. What was made a moment ago is not known everywhere in Entra yet: then, and only then, it is tried again.
function Run-Az {
    for ($attempt = 0; ; $attempt++) {
        $printed = & az @args '--only-show-errors' 2> "$scratch/errors"
        if ($LASTEXITCODE -eq 0) {
            if ($printed) { $printed -join "`n" }
            return
        }
        $errors = "$(Get-Content -Raw "$scratch/errors")"
        if ($attempt -ge $script:patience -or $errors -notmatch $notKnownYet) {
            throw "register-app: $errors"
        }
        Start-Sleep -Seconds $pause
    }
}

# A list comes back one by one, so whoever wants one puts it into @().
function Read-Az { Run-Az @args '--output' json | ConvertFrom-Json -AsHashtable }

# Change WORDS ARGUMENTS...: the only way in which anything is written.
function Change {
    $words, $rest = $args
    $script:changes++
    if ($DryRun) {
        Say "would ${words}: az $($rest -join ' ')"
        return
    }
    Say $words
    Run-Az @rest
}

# Graph-Call METHOD PATH [BODY]: the arguments of a call to Graph.
function Graph-Call($method, $path, $body) {
    $call = @('rest', '--method', $method, '--url', "$graph/v1.0/$path", '--resource', $graph)
    if ($null -ne $body) {
        Write-Json 'body.json' $body
        $call += @('--headers', 'Content-Type=application/json', '--body', "@$scratch/body.json")
    }
    $call
}

function Write-Json($file, $value) {
    # Without the mark at the beginning that some editions write.
    [IO.File]::WriteAllText("$scratch/$file", (ConvertTo-Json -InputObject $value -Depth 20 -Compress))
}

# What is in a part of a document, which may not be there; for @() as well.
function Get-List($document, $part) { if ($null -ne $document[$part]) { $document[$part] } }

function Check-Options {
    if ($Federated) {
        if (-not ($Identity -and $ResourceGroup)) { Fail '-Federated needs -Identity and -ResourceGroup' }
        if ($Rotate) { Fail '-Rotate makes a secret, and -Federated does without: choose one' }
    }
    elseif (-not $Vault) { Fail '-Vault is missing: the Key Vault that takes the secret; or -Federated, to do without one' }
    if ($Rotate -and $Retire) { Fail '-Rotate first; -Retire when the app has used the new secret' }
    if ($Retire -and -not $Vault) { Fail '-Retire needs -Vault: the Key Vault whose secrets are taken away' }
    if ($FunctionApp -and -not $ResourceGroup) { Fail '-FunctionApp needs -ResourceGroup' }
    if ($Vault -and $Vault -notmatch '^[A-Za-z][A-Za-z0-9-]{2,23}$') { Fail "-Vault is a vault's name, 3 to 24 characters" }
    if ($Expires) {
        if ($Expires -notmatch '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') { Fail '-Expires is a day such as 2027-05-20' }
        if ($Expires -le [DateTime]::UtcNow.ToString('yyyy-MM-dd')) { Fail '-Expires is not in the future' }
    }
    if (-not (Get-Command az -ErrorAction SilentlyContinue)) { Fail 'az is not installed: https://learn.microsoft.com/cli/azure' }
}

function Choose-Cloud {
    $script:audience = 'api://AzureADTokenExchange'
    switch ($Cloud) {
        'public' { $script:graph = 'https://graph.microsoft.com'; $script:authority = 'https://login.microsoftonline.com' }
        'usgov' { $script:graph = 'https://graph.microsoft.us'; $script:authority = 'https://login.microsoftonline.us'; $script:audience += 'USGov' }
        'dod' { $script:graph = 'https://dod-graph.microsoft.us'; $script:authority = 'https://login.microsoftonline.us'; $script:audience += 'USGov' }
        'china' { $script:graph = 'https://microsoftgraph.chinacloudapi.cn'; $script:authority = 'https://login.chinacloudapi.cn'; $script:audience += 'China' }
    }
    $script:issuer = $script:authority
    # Identities of this cloud sign with the newer name of the same authority.
    if ($Cloud -eq 'china') { $script:issuer = 'https://login.partner.microsoftonline.cn' }
}

function Check-SignIn {
    $account = Read-Az account show
    $script:tenant = $account.tenantId
    $endpoint = (Read-Az cloud show).endpoints.microsoftGraphResourceId.TrimEnd('/')
    if ($endpoint -ne $graph) { Fail "az speaks to $endpoint, and -Cloud $Cloud is ${graph}: see az cloud set and az cloud update" }
    if ($Admin) { return }
    elseif ($account.user.type -eq 'user') {
        $script:Admin = (Read-Az ad signed-in-user show).id
    }
    else {
        $script:Admin = (Read-Az ad sp show '--id' $account.user.name).id
    }
}

function Find-Application {
    if ($AppId) {
        $found = @(Read-Az ad app list '--app-id' $AppId)
        if (-not $found) { Fail "there is no registration $AppId in tenant $tenant" }
    }
    else {
        $found = @(Read-Az ad app list '--filter' "displayName eq '$($Name.Replace("'", "''"))'")
    }
    if ($found.Count -gt 1) { Fail "several registrations are called ${Name}: name one by -AppId: $(($found | ForEach-Object { $_.appId }) -join ' ')" }
    $script:application = if ($found) { $found[0] }
}

function New-Application {
    if (-not $application) {
        $made = Change "make the registration $Name" ad app create '--display-name' $Name '--sign-in-audience' AzureADMyOrg '--output' json
        $script:application = @{ id = '<object id>'; appId = '<application id>' }
        if (-not $DryRun) { $script:application = $made | ConvertFrom-Json -AsHashtable }
        $script:patience = 12
    }
    $script:objectId = $application.id
    $script:AppId = $application.appId
}

function Set-Identifier {
    $wanted = @()
    $uris = @(Get-List $application 'identifierUris')
    if ("api://$AppId" -notin $uris) {
        $wanted += '--identifier-uris'
        $wanted += $uris + "api://$AppId"
    }
    if (-not $application['api'] -or $application.api['requestedAccessTokenVersion'] -ne 2) {
        $wanted += @('--requested-access-token-version', '2')
    }
    if ($wanted) {
        Change "give it the URI api://$AppId and tokens of version 2" ad app update '--id' $AppId @wanted '--output' none
    }
}

function Set-Roles {
    $have = @(Get-List $application 'appRoles')
    $isSame = $true
    # Somebody may have made them by hand, with ids of their own; roles that are not ours stay as they are.
    $wanted = @($have | ForEach-Object {
            $role = $_.Clone()
            if ($role.value -in $roles.value) {
                if (-not $role.isEnabled -or (@($role.allowedMemberTypes | Sort-Object) -join ' ') -ne 'Application User') { $isSame = $false }
                $role.isEnabled = $true
                $role.allowedMemberTypes = @('User', 'Application')
            }
            $role
        })
    $missing = @($roles | Where-Object { $_.value -notin @($have | ForEach-Object { $_.value }) })
    if (-not $isSame -or $missing) {
        Write-Json 'roles.json' @($wanted + $missing)
        Change 'give it the roles Tandem.Admin and Tandem.Reader' ad app update '--id' $AppId '--app-roles' "@$scratch/roles.json" '--output' none
    }
}

function Set-Scope {
    $api = @{}
    if ($application['api']) { $api = $application.api.Clone() }
    $api.requestedAccessTokenVersion = 2
    $scopes = @(Get-List $api 'oauth2PermissionScopes')
    $ours = @($scopes | Where-Object { $_.value -eq $scope.value })
    if (-not $ours) {
        $ours = @($scope)
        $api.oauth2PermissionScopes = $scopes + $scope
        $call = Graph-Call patch "applications/$objectId" @{ api = $api }
        Change 'offer the scope access' @call '--output' none
    }
    # A scope has to exist before a client can be authorised for it, so these are two calls.
    $id = $ours[0].id
    $clients = @(Get-List $api 'preAuthorizedApplications')
    if (-not ($clients | Where-Object { $_.appId -eq $azClient -and $id -in $_.delegatedPermissionIds })) {
        $api.preAuthorizedApplications = @($clients | Where-Object { $_.appId -ne $azClient }) + @{ appId = $azClient; delegatedPermissionIds = @($id) }
        $call = Graph-Call patch "applications/$objectId" @{ api = $api }
        Change 'let the Azure CLI get tokens for it' @call '--output' none
    }
}

# The names of what the chosen options need, and nothing beyond.
function List-Permissions {
    if (-not $ExchangeRbac) {
        if ($Directions -eq 'down') { 'Calendars.Read' } else { 'Calendars.ReadWrite' }
        if ($CategoryColours) { 'MailboxSettings.ReadWrite' } else { 'MailboxSettings.Read' }
    }
    if ($PrincipalLookup -or $PilotGroup) { 'User.Read.All' }
    if ($PilotGroup) { 'GroupMember.Read.All' }
}

function Find-Permissions {
    $names = @(List-Permissions)
    $offered = Read-Az ad sp show '--id' $graphApp
    $script:graphService = $offered.id
    # `known` and `chosen` are name = id of everything we know, and of what is chosen now.
    $script:known = @{}
    $offered.appRoles | Where-Object { $_.value -in $knownPermissions } | ForEach-Object { $known[$_.value] = $_.id }
    $script:chosen = @{}
    $names | Where-Object { $known.ContainsKey($_) } | ForEach-Object { $chosen[$_] = $known[$_] }
    if ($chosen.Count -ne $names.Count) { Fail "Microsoft Graph does not offer all of $names" }
}

function Set-Permissions {
    $have = @(Get-List $application 'requiredResourceAccess')
    $asked = @($have | Where-Object { $_.resourceAppId -eq $graphApp } | ForEach-Object { $_.resourceAccess })
    $others = @($asked | Where-Object { $_.id -notin $known.Values })
    $ours = $others + @($chosen.Values | ForEach-Object { @{ id = $_; type = 'Role' } })
    if ((@($asked.id | Sort-Object) -join ' ') -ne (@($ours.id | Sort-Object) -join ' ')) {
        $wanted = @($have | Where-Object { $_.resourceAppId -ne $graphApp })
        if ($ours) { $wanted += @{ resourceAppId = $graphApp; resourceAccess = @($ours) } }
        Write-Json 'permissions.json' @($wanted)
        Change "ask for these permissions and no others: $(List-Permissions)" ad app update '--id' $AppId '--required-resource-accesses' "@$scratch/permissions.json" '--output' none
    }
}

function Set-ServicePrincipal {
    $found = @()
    if ($AppId -notlike '<*') { $found = @(Read-Az ad sp list '--filter' "appId eq '$AppId'") }
    $script:service = if ($found) { $found[0].id }
    if (-not $service) {
        $made = Change 'make its enterprise application' ad sp create '--id' $AppId '--output' json
        $script:service = '<object id of the enterprise application>'
        if (-not $DryRun) { $script:service = ($made | ConvertFrom-Json -AsHashtable).id }
        $script:patience = 12
    }
}

# List-Assignments KIND: appRoleAssignments (what it may do elsewhere) or appRoleAssignedTo (who may do what with it).
function List-Assignments($kind) {
    if ($service -like '<*') { return }
    $call = Graph-Call get "servicePrincipals/$service/${kind}?`$top=999"
    (Read-Az @call).value
}

# `az ad app permission admin-consent` knows only the public cloud and grants whatever is asked for; these are the same
# grants, one by one: https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto
function Grant-Permissions {
    $held = @(List-Assignments appRoleAssignments)
    $ids = @($held | Where-Object { $_.resourceId -eq $graphService } | ForEach-Object { $_.appRoleId })
    foreach ($permission in @($chosen.Keys | Where-Object { $chosen[$_] -notin $ids })) {
        if ($NoConsent) {
            Say "not granted yet: $permission. Have a Privileged Role Administrator run this without -NoConsent."
            continue
        }
        $call = Graph-Call post "servicePrincipals/$graphService/appRoleAssignedTo" @{ principalId = $service; resourceId = $graphService; appRoleId = $chosen[$permission] }
        Change "grant $permission" @call '--output' none
    }
}

function Revoke-Permissions {
    $held = @(List-Assignments appRoleAssignments)
    foreach ($each in @($held | Where-Object { $_.resourceId -eq $graphService -and $_.appRoleId -notin $chosen.Values })) {
        $permission = $known.Keys | Where-Object { $known[$_] -eq $each.appRoleId }
        if (-not $permission) {
            Say "Look at this: it holds the Graph permission $($each.appRoleId), which Tandem never asks for."
        }
        elseif ($NoConsent) {
            Say "not taken away yet: $permission. Have a Privileged Role Administrator run this without -NoConsent."
        }
        else {
            $call = Graph-Call delete "servicePrincipals/$service/appRoleAssignments/$($each.id)"
            Change "take $permission away, which is not needed" @call '--output' none
        }
    }
}

function Grant-Admin {
    $role = @(@(Get-List $application 'appRoles') + $roles | Where-Object { $_.value -eq 'Tandem.Admin' })[0].id
    $held = @(List-Assignments appRoleAssignedTo)
    if (-not ($held | Where-Object { $_.principalId -eq $Admin -and $_.appRoleId -eq $role })) {
        $call = Graph-Call post "servicePrincipals/$service/appRoleAssignedTo" @{ principalId = $Admin; resourceId = $service; appRoleId = $role }
        Change "make $Admin a Tandem.Admin" @call '--output' none
    }
}

# The secrets that were made for this vault: `ours` in the registration, `versions` in the vault, oldest first. A version
# names its secret by a tag; the value is never read.
function Find-Secrets {
    $script:ours = @()
    if ($AppId -notlike '<*') {
        $script:ours = @(Read-Az ad app credential list '--id' $AppId | Where-Object { $_['displayName'] -like "tandem $Vault *" })
    }
    $script:versions = @()
    if (Read-Az keyvault secret list '--vault-name' $Vault | Where-Object { $_.name -eq $SecretName }) {
        $script:versions = @(Read-Az keyvault secret list-versions '--vault-name' $Vault '--name' $SecretName | Sort-Object { [DateTimeOffset] $_.attributes.created })
    }
    # The key of the secret that holds now, or nothing.
    $script:current = ''
    if ($versions) {
        $newest = $versions[-1]
        $tags = @{}
        if ($newest['tags']) { $tags = $newest.tags }
        $holds = $newest.attributes.enabled -and $newest.attributes['expires'] -and [DateTimeOffset] $newest.attributes.expires -gt [DateTimeOffset]::UtcNow
        if ($holds -and $tags['application'] -eq $AppId -and $tags['credential'] -in $ours.keyId) { $script:current = $tags.credential }
    }
}

function Remove-Secrets($words, $secrets) {
    foreach ($each in $secrets) {
        Change "$words $($each.displayName)" ad app credential delete '--id' $AppId '--key-id' $each.keyId '--output' none
    }
}

# The key of a secret that was made a moment ago, as soon as it is to be seen.
function Find-Key($label) {
    for ($attempt = 0; $attempt -lt 12; $attempt++) {
        if ($attempt) { Start-Sleep -Seconds $pause }
        $key = Read-Az ad app credential list '--id' $AppId | Where-Object { $_['displayName'] -eq $label } | ForEach-Object { $_.keyId }
        if ($key) { return $key }
    }
}

function Set-Secret {
    Find-Secrets
    $named = @($versions | Where-Object { $_['tags'] } | ForEach-Object { $_.tags['credential'] })
    # A run that stopped between registration and vault left a secret that nobody knows.
    Remove-Secrets 'remove the unused secret' @($ours | Where-Object { $_.keyId -notin $named })
    $script:ours = @($ours | Where-Object { $_.keyId -in $named })
    if ($current -and -not $Rotate) { return }
    if ($current -and $ours.Count -gt 1) {
        Say 'There are two secrets already, so it is rotated. When the app has used the new one: -Retire.'
        return
    }
    $until = if ($Expires) { $Expires } else { [DateTime]::UtcNow.AddDays(180).ToString('yyyy-MM-dd') }
    $label = "tandem $Vault $([DateTime]::UtcNow.ToString('yyyyMMddTHHmmssZ'))-$(Get-Random -Maximum 32768)"
    $made = Change "make a secret that holds until $until" ad app credential reset '--id' $AppId '--append' '--display-name' $label '--end-date' "${until}T00:00:00Z" '--output' json
    $key = '<key id>'
    if (-not $DryRun) {
        # Without a line end: it would become a part of the secret.
        [IO.File]::WriteAllText("$scratch/secret", ($made | ConvertFrom-Json -AsHashtable).password)
        $made = $null
        $key = Find-Key $label
        if (-not $key) { Fail 'the new secret is not to be seen in the registration yet; run this again in a minute' }
    }
    Change "put it into the vault $Vault as $SecretName" keyvault secret set '--vault-name' $Vault '--name' $SecretName '--file' "$scratch/secret" '--encoding' utf-8 '--expires' "${until}T00:00:00Z" '--tags' "application=$AppId" "credential=$key" '--output' none
    Remove-Item -Force -ErrorAction SilentlyContinue "$scratch/secret"
}

function Retire-Secrets {
    Find-Secrets
    if (-not $Federated -and -not $current) { Fail "no secret in $Vault holds now, so none is taken away" }
    if ($Federated) { $script:current = '' }
    Remove-Secrets 'take away the old secret' @($ours | Where-Object { $_.keyId -ne $current })
}

function Set-Federation {
    $subject = (Read-Az identity show '--name' $Identity '--resource-group' $ResourceGroup).principalId
    $wanted = @{ name = 'tandem'; description = 'The managed identity of the function app.'; issuer = "$issuer/$tenant/v2.0"; subject = $subject; audiences = @($audience) }
    Write-Json 'federation.json' $wanted
    $found = @()
    if ($AppId -notlike '<*') { $found = @(Read-Az ad app federated-credential list '--id' $AppId) }
    $found = @($found | Where-Object { $_.name -eq 'tandem' })
    if (-not $found) {
        Change "trust the managed identity $Identity" ad app federated-credential create '--id' $AppId '--parameters' "@$scratch/federation.json" '--output' none
    }
    elseif ($found[0].issuer -ne $wanted.issuer -or $found[0].subject -ne $subject -or ($found[0].audiences -join ' ') -ne $audience) {
        Change "trust the managed identity $Identity" ad app federated-credential update '--id' $AppId '--federated-credential-id' tandem '--parameters' "@$scratch/federation.json" '--output' none
    }
}

# What the app has to know, as NAME=VALUE; nothing of it is secret.
function List-Settings {
    "GRAPH_TENANT_ID=$tenant", "GRAPH_CLIENT_ID=$AppId", "ADMIN_AUDIENCE=$AppId", "GRAPH_ENDPOINT=$graph", "GRAPH_AUTHORITY=$authority"
    if ($Federated) { 'GRAPH_SIGN_IN=federated' } else { 'GRAPH_SIGN_IN=secret', "GRAPH_CLIENT_SECRET_NAME=$SecretName" }
}

function Set-AppSettings {
    $have = @(Read-Az functionapp config appsettings list '--name' $FunctionApp '--resource-group' $ResourceGroup)
    $there = @($have | ForEach-Object { "$($_.name)=$($_.value)" })
    $wanted = @(List-Settings | Where-Object { -not ($there -ccontains $_) })
    if ($wanted) {
        Change "tell the app $($wanted | ForEach-Object { $_.Split('=')[0] })" functionapp config appsettings set '--name' $FunctionApp '--resource-group' $ResourceGroup '--settings' @wanted '--output' none
    }
    if ($Federated -and ($have | Where-Object { $_.name -eq 'GRAPH_CLIENT_SECRET_NAME' })) {
        Change 'have the app forget GRAPH_CLIENT_SECRET_NAME' functionapp config appsettings delete '--name' $FunctionApp '--resource-group' $ResourceGroup '--setting-names' GRAPH_CLIENT_SECRET_NAME '--output' none
    }
}

function Show-NextSteps {
    if ($script:changes -eq 0) { Say 'Nothing had to be changed.' }
    Say ''
    Say "Tenant $tenant, application $AppId, enterprise application $service."
    Say 'What the app has to know; keep it for the next deployment, in tandem.env or by azd env set:'
    List-Settings | ForEach-Object { Say "  $_" }
    if ($ExchangeRbac) {
        Say 'Calendars are granted in Exchange:'
        Say "  ./limit-mailboxes.ps1 -AppId $AppId -ServicePrincipalId $service -Directions $Directions ..."
    }
    if ($Rotate) { Say 'When the app has used the new secret, which takes five minutes at most: the same with -Retire.' }
    Say 'A new permission is noticed with the next token, after an hour at most. Then: tandem doctor'
}

Check-Options
Choose-Cloud
$scratch = (New-Item -ItemType Directory -Path ([IO.Path]::GetTempPath()) -Name "tandem-$([guid]::NewGuid())").FullName
# On Windows the folder for temporary files is the user's own already.
if (-not $IsWindows) { & chmod 700 $scratch }
try {
    Check-SignIn
    Find-Application
    New-Application
    Set-Identifier
    Set-Roles
    Set-Scope
    Find-Permissions
    Set-Permissions
    Set-ServicePrincipal
    Grant-Permissions
    Revoke-Permissions
    Grant-Admin
    if ($Federated) { Set-Federation } else { Set-Secret }
    if ($FunctionApp) { Set-AppSettings }
    if ($Retire) { Retire-Secrets }
    Show-NextSteps
}
catch {
    Write-Host 'register-app: stopped. Run it again: what is done stays, and it goes on from there.'
    throw
}
finally {
    Remove-Item -Recurse -Force $scratch
}
