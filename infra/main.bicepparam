// What an installation chooses, from the environment: azd hands over its own, `set -a; . ./tandem.env` does by hand.
// Every other parameter of main.bicep may be given here as well; README.md lists them.
using './main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'tandem')
param schedulerUrl = readEnvironmentVariable('SCHEDULER_URL')
// Several with spaces between.
param alertAddresses = split(readEnvironmentVariable('ALERT_ADDRESSES'), ' ')
// The first of this month at the first deployment, and the same ever after.
param budgetStartsOn = readEnvironmentVariable('BUDGET_STARTS_ON', '')
param monthlyBudget = int(readEnvironmentVariable('MONTHLY_BUDGET', '50'))
param pythonVersion = readEnvironmentVariable('PYTHON_VERSION', '3.12')

// Told by register-app; empty at the first deployment. The tenant only matters where it is not the subscription's.
param graphTenantId = readEnvironmentVariable('GRAPH_TENANT_ID', '')
param graphClientId = readEnvironmentVariable('GRAPH_CLIENT_ID', '')
param graphSignIn = readEnvironmentVariable('GRAPH_SIGN_IN', 'secret')
param graphClientSecretName = readEnvironmentVariable('GRAPH_CLIENT_SECRET_NAME', 'graph-client-secret')
param adminAudience = readEnvironmentVariable('ADMIN_AUDIENCE', '')
param graphEndpoint = readEnvironmentVariable('GRAPH_ENDPOINT', 'https://graph.microsoft.com')
// Only where an installation moved: what its former one named it.
param connectorId = readEnvironmentVariable('TANDEM_CONNECTOR_ID', '')
param publicUrl = readEnvironmentVariable('TANDEM_PUBLIC_URL', '')

// Whoever deploys, unless another is named: name one where a pipeline deploys.
param vaultOfficerId = readEnvironmentVariable('SECRETS_OFFICER_ID', '')
param vaultOfficerType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')
param usePrivateNetwork = bool(readEnvironmentVariable('USE_PRIVATE_NETWORK', 'false'))
param lockResources = bool(readEnvironmentVariable('LOCK_RESOURCES', 'true'))
