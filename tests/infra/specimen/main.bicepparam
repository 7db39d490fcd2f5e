// The first of this month at the first deployment.
using 'main.bicep'

param name = readEnvironmentVariable('NAME', 'tandem')
param addresses = [
  'ops@contoso.com'
]
param isPrivate = false
