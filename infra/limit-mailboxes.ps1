#Requires -Version 7.2
<#
.SYNOPSIS
Limits Tandem to a group of mailboxes, by RBAC for Applications in Exchange Online.

.DESCRIPTION
A permission that is granted in Entra holds for every mailbox of the tenant. Exchange can grant the same permission for a
scope of mailboxes instead: https://learn.microsoft.com/exchange/permissions-exo/application-rbac

The trap: the two ADD UP. As long as Calendars.ReadWrite (or anything else on calendars and mailbox settings) is granted in
Entra, Tandem reaches every mailbox whatever the scope says, and nothing tells. So this script refuses to say that it is done
until Entra grants none of them, and until Exchange itself says that a mailbox inside the scope is in it and one outside is
not. Both checks are needed: Test-ServicePrincipalAuthorization knows nothing of what Entra grants.

Every step looks first and writes only what differs: run it as often as you like. Members of groups within the group are not
in the scope. A change takes half an hour to two hours to be noticed; the checks here are answered without that delay.

Needs the module ExchangeOnlineManagement, the role Organization Management, and az (signed in with az login). Run
register-app with --exchange-rbac (-ExchangeRbac) before the checks; it takes the Entra permissions away.

.EXAMPLE
./limit-mailboxes.ps1 -AppId 01234567-89ab-cdef-0123-456789abcdef -ServicePrincipalId 12345678-9abc-def0-1234-56789abcdef0 -Directions both -Group tandem-mailboxes@contoso.com -Inside ada@contoso.com -Outside ceo@contoso.com
.EXAMPLE
./limit-mailboxes.ps1 -AppId 01234567-89ab-cdef-0123-456789abcdef -ServicePrincipalId 12345678-9abc-def0-1234-56789abcdef0 -Filter "CustomAttribute1 -eq 'tandem'" -Inside ada@contoso.com -Outside ceo@contoso.com
.EXAMPLE
./limit-mailboxes.ps1 -AppId 01234567-89ab-cdef-0123-456789abcdef -Remove
#>
param(
    # Application (client) id of the registration.
    [Parameter(Mandatory)] [string] $AppId,
    # Object id of the enterprise application; not that of the registration.
    [string] $ServicePrincipalId = '',
    # Which way changes travel; Calendars.Read suffices for down.
    [ValidateSet('up', 'down', 'both')] [string] $Directions = 'up',
    # Colours of categories are kept in the mailbox: MailboxSettings.ReadWrite.
    [switch] $CategoryColours,
    # The mailboxes: members of a mail-enabled security group, or whatever a recipient filter finds.
    [string] $Group = '',
    [string] $Filter = '',
    # A mailbox that Tandem has to reach, and one that it must not.
    [string] $Inside = '',
    [string] $Outside = '',
    [string] $ScopeName = 'TandemMailboxes',
    [ValidateSet('public', 'usgov', 'dod', 'china')] [string] $Cloud = 'public',
    # Take scope, assignments and Exchange's knowledge of the application away again.
    [switch] $Remove,
    # Say what would be changed, and change nothing.
    [switch] $DryRun
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false
Set-StrictMode -Version 1.0

$environments = @{ public = 'O365Default'; usgov = 'O365USGovGCCHigh'; dod = 'O365USGovDoD'; china = 'O365China' }
$graphs = @{ public = 'https://graph.microsoft.com'; usgov = 'https://graph.microsoft.us'; dod = 'https://dod-graph.microsoft.us'; china = 'https://microsoftgraph.chinacloudapi.cn' }

function Fail { throw "limit-mailboxes: $($args -join ' ')" }

# The only way in which anything is written.
function Change($words, $action) {
    if ($DryRun) { Write-Host "would $words"; return }
    Write-Host $words
    & $action | Out-Null
}

function Check-Options {
    if ($Remove) { return }
    if (-not $ServicePrincipalId) { Fail '-ServicePrincipalId is missing: register-app tells it as the enterprise application' }
    if ([bool] $Group -eq [bool] $Filter) { Fail 'name the mailboxes by -Group or by -Filter' }
    if (-not ($Inside -and $Outside)) { Fail '-Inside and -Outside are missing: without them nobody knows whether the limit holds' }
}

# The roles of Exchange that are the counterparts of what register-app would grant in Entra.
function List-Roles {
    if ($Directions -eq 'down') { 'Application Calendars.Read' } else { 'Application Calendars.ReadWrite' }
    if ($CategoryColours) { 'Application MailboxSettings.ReadWrite' } else { 'Application MailboxSettings.Read' }
}

function Set-ExchangePrincipal {
    if (-not (Get-ServicePrincipal -Identity $ServicePrincipalId -ErrorAction SilentlyContinue)) {
        Change 'make the application known to Exchange' { New-ServicePrincipal -AppId $AppId -ObjectId $ServicePrincipalId -DisplayName 'Tandem' }
    }
}

function Set-Scope {
    $wanted = $Filter
    if ($Group) {
        $place = (Get-Group -Identity $Group).DistinguishedName
        $wanted = "MemberOfGroup -eq '$($place.Replace("'", "''"))'"
    }
    $there = Get-ManagementScope -Identity $ScopeName -ErrorAction SilentlyContinue
    if (-not $there) {
        Change "make the scope $ScopeName" { New-ManagementScope -Name $ScopeName -RecipientRestrictionFilter $wanted }
    }
    # Exchange writes a filter down in its own way, with blanks and brackets; only what is beside those counts.
    elseif (($there.RecipientFilter -replace '[\s(){}]', '') -ne ($wanted -replace '[\s(){}]', '')) {
        Change "have the scope $ScopeName mean: $wanted" { Set-ManagementScope -Identity $ScopeName -RecipientRestrictionFilter $wanted }
    }
}

function Get-Assignments {
    Get-ManagementRoleAssignment -RoleAssignee $ServicePrincipalId -ErrorAction SilentlyContinue | Where-Object { $_.Role -like 'Application *' }
}

function Set-Assignments {
    $there = @(Get-Assignments)
    foreach ($role in @(List-Roles)) {
        if (-not ($there | Where-Object { "$($_.Role)" -eq $role -and "$($_.CustomResourceScope)" -eq $ScopeName })) {
            Change "assign $role for $ScopeName" { New-ManagementRoleAssignment -App $ServicePrincipalId -Role $role -CustomResourceScope $ScopeName }
        }
    }
    # Whatever is wider, or not needed, would add up as well.
    foreach ($each in @($there | Where-Object { "$($_.Role)" -notin @(List-Roles) -or "$($_.CustomResourceScope)" -ne $ScopeName })) {
        Change "take the assignment $($each.Name) away" { Remove-ManagementRoleAssignment -Identity $each.Name -Confirm:$false }
    }
}

# What Entra grants holds for every mailbox, whatever Exchange says.
function Check-Entra {
    $graph = $graphs[$Cloud]
    $offered = & az ad sp show --id '00000003-0000-0000-c000-000000000000' --output json --only-show-errors | ConvertFrom-Json
    if ($LASTEXITCODE -ne 0) { Fail 'Entra cannot be asked what it grants: az login' }
    $held = & az rest --method get --url "$graph/v1.0/servicePrincipals/$ServicePrincipalId/appRoleAssignments" --resource $graph --output json --only-show-errors | ConvertFrom-Json
    if ($LASTEXITCODE -ne 0) { Fail 'Entra cannot be asked what it grants to this application' }
    $others = @($held.value | Where-Object { $_.resourceDisplayName -eq 'Office 365 Exchange Online' })
    if ($others) { Fail 'Entra grants a permission of Office 365 Exchange Online, which reaches EVERY mailbox: take it away under Permissions of the enterprise application, then run this again.' }
    $names = @($offered.appRoles | Where-Object { $_.id -in $held.value.appRoleId } | ForEach-Object { $_.value })
    $wide = @($names | Where-Object { $_ -like 'Calendars.*' -or $_ -like 'MailboxSettings.*' })
    if ($wide) { Fail "Entra grants $($wide -join ', ') for EVERY mailbox, and grants add up, so the scope limits nothing. Run register-app with --exchange-rbac, then this again." }
    Write-Host 'Entra grants nothing on calendars and mailbox settings.'
}

function Test-Mailbox($mailbox, $belongs) {
    $answers = @(Test-ServicePrincipalAuthorization -Identity $ServicePrincipalId -Resource $mailbox)
    foreach ($role in @(List-Roles)) {
        $isInScope = [bool] ($answers | Where-Object { $_.RoleName -eq $role -and "$($_.InScope)" -eq 'True' })
        if ($belongs -and -not $isInScope) { Fail "$mailbox is not in the scope of $role, and has to be: is it a member of the group itself?" }
    }
    # Whatever role it may be: one that reaches the mailbox outside is one too many.
    $reaching = @($answers | Where-Object { "$($_.InScope)" -eq 'True' } | ForEach-Object { $_.RoleName })
    if (-not $belongs -and $reaching) { Fail "$mailbox is in the scope of $($reaching -join ', '), and must not be: the limit does not hold" }
    Write-Host "$mailbox is $(if ($belongs) { 'in' } else { 'not in' }) the scope, as it has to be."
}

function Remove-Everything {
    $principal = Get-ServicePrincipal -Identity $AppId -ErrorAction SilentlyContinue
    if ($principal) {
        $script:ServicePrincipalId = "$($principal.ObjectId)"
        foreach ($each in @(Get-Assignments)) {
            Change "take the assignment $($each.Name) away" { Remove-ManagementRoleAssignment -Identity $each.Name -Confirm:$false }
        }
    }
    if (Get-ManagementScope -Identity $ScopeName -ErrorAction SilentlyContinue) {
        Change "take the scope $ScopeName away" { Remove-ManagementScope -Identity $ScopeName -Confirm:$false }
    }
    if ($principal) {
        Change 'have Exchange forget the application' { Remove-ServicePrincipal -Identity $ServicePrincipalId -Confirm:$false }
    }
}

Check-Options
if (-not (Get-ConnectionInformation -ErrorAction SilentlyContinue)) {
    Connect-ExchangeOnline -ExchangeEnvironmentName $environments[$Cloud] -ShowBanner:$false
}
if ($Remove) { Remove-Everything; return }
Set-ExchangePrincipal
Set-Scope
Set-Assignments
if ($DryRun) { return }
Check-Entra
Test-Mailbox $Inside $true
Test-Mailbox $Outside $false
Write-Host 'The limit holds. Name the mailbox outside as the control mailbox of the set-up check, so that it is looked at ever after.'
