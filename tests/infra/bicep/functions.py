"""The functions of Bicep, with how many arguments each takes and what it gives:
https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.infra.bicep.kinds import ANY, ARRAY, BOOL, INT, OBJECT, STRING, Field, Kind, Many, Shape

MORE = 99


@dataclass(frozen=True, slots=True)
class Signature:
    least: int
    most: int
    gives: Kind


def _shape(name: str, /, **fields: Kind) -> Shape:
    return Shape(name, {field: Field(kind) for field, kind in fields.items()})


_GROUP = _shape(
    "resourceGroup()",
    id=STRING,
    name=STRING,
    type=STRING,
    location=STRING,
    managedBy=STRING,
    tags=OBJECT,
    properties=ANY,
)
_SUBSCRIPTION = _shape(
    "subscription()", id=STRING, subscriptionId=STRING, tenantId=STRING, displayName=STRING, authorizationSource=STRING
)
_TENANT = _shape("tenant()", tenantId=STRING, displayName=STRING, countryCode=STRING)
_DEPLOYER = _shape("deployer()", objectId=STRING, tenantId=STRING, userPrincipalName=STRING)
_SUFFIXES = _shape(
    "environment().suffixes",
    acrLoginServer=STRING,
    keyvaultDns=STRING,
    sqlServerHostname=STRING,
    storage=STRING,
    azureDatalakeStoreFileSystem=STRING,
)
_SIGN_IN = _shape(
    "environment().authentication", loginEndpoint=STRING, audiences=Many(STRING), tenant=STRING, identityProvider=STRING
)
_ENVIRONMENT = _shape(
    "environment()",
    name=STRING,
    suffixes=_SUFFIXES,
    authentication=_SIGN_IN,
    resourceManager=STRING,
    graph=STRING,
    portal=STRING,
    gallery=STRING,
    graphAudience=STRING,
    batch=STRING,
    media=STRING,
)

FUNCTIONS: Mapping[str, Signature] = {
    "any": Signature(1, 1, ANY),
    "array": Signature(1, 1, ARRAY),
    "base64": Signature(1, 1, STRING),
    "bool": Signature(1, 1, BOOL),
    "cidrSubnet": Signature(3, 3, STRING),
    "coalesce": Signature(1, MORE, ANY),
    "concat": Signature(1, MORE, ANY),
    "contains": Signature(2, 2, BOOL),
    "dateTimeAdd": Signature(2, 3, STRING),
    "deployer": Signature(0, 0, _DEPLOYER),
    "deployment": Signature(0, 0, ANY),
    "empty": Signature(1, 1, BOOL),
    "endsWith": Signature(2, 2, BOOL),
    "environment": Signature(0, 0, _ENVIRONMENT),
    "extensionResourceId": Signature(3, MORE, STRING),
    "filter": Signature(2, 2, ARRAY),
    "first": Signature(1, 1, ANY),
    "flatten": Signature(1, 1, ARRAY),
    "format": Signature(1, MORE, STRING),
    "guid": Signature(1, MORE, STRING),
    "indexOf": Signature(2, 2, INT),
    "int": Signature(1, 1, INT),
    "intersection": Signature(2, MORE, ANY),
    "items": Signature(1, 1, ARRAY),
    "join": Signature(2, 2, STRING),
    "json": Signature(1, 1, ANY),
    "last": Signature(1, 1, ANY),
    "length": Signature(1, 1, INT),
    "loadJsonContent": Signature(1, 3, ANY),
    "loadTextContent": Signature(1, 2, STRING),
    "map": Signature(2, 2, ARRAY),
    "max": Signature(1, MORE, INT),
    "min": Signature(1, MORE, INT),
    "newGuid": Signature(0, 0, STRING),
    "objectKeys": Signature(1, 1, Many(STRING)),
    "padLeft": Signature(2, 3, STRING),
    "range": Signature(2, 2, Many(INT)),
    "reduce": Signature(3, 3, ANY),
    "replace": Signature(3, 3, STRING),
    "resourceGroup": Signature(0, 2, _GROUP),
    "resourceId": Signature(2, MORE, STRING),
    "skip": Signature(2, 2, ANY),
    "sort": Signature(2, 2, ARRAY),
    "split": Signature(2, 2, Many(STRING)),
    "startsWith": Signature(2, 2, BOOL),
    "string": Signature(1, 1, STRING),
    "subscription": Signature(0, 1, _SUBSCRIPTION),
    "subscriptionResourceId": Signature(2, MORE, STRING),
    "substring": Signature(2, 3, STRING),
    "take": Signature(2, 2, ANY),
    "tenant": Signature(0, 0, _TENANT),
    "tenantResourceId": Signature(2, MORE, STRING),
    "toLower": Signature(1, 1, STRING),
    "toObject": Signature(2, 3, OBJECT),
    "toUpper": Signature(1, 1, STRING),
    "trim": Signature(1, 1, STRING),
    "union": Signature(2, MORE, ANY),
    "uniqueString": Signature(1, MORE, STRING),
    "uri": Signature(2, 2, STRING),
    "uriComponent": Signature(1, 1, STRING),
    "utcNow": Signature(0, 1, STRING),
}
# What hands out keys is left out of the table on purpose: nothing here may read one.
READS_A_SECRET = ("listKeys", "listAccountSas", "listServiceSas", "listSecrets", "list", "getSecret", "reference")
DECORATORS = (
    "allowed",
    "batchSize",
    "description",
    "export",
    "maxLength",
    "maxValue",
    "metadata",
    "minLength",
    "minValue",
    "sealed",
    "secure",
)
