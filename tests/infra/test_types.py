"""The type check finds what does not fit the published types, however deep, and lets pass what fits."""

from pathlib import Path

import pytest

from tests.infra.bicep.declarations import read_template
from tests.infra.bicep.parsing import syntax_faults
from tests.infra.types.published import load_published
from tests.infra.types.resources import type_faults

STORAGE = """
@allowed(['TLS1_2', 'TLS1_3'])
param tls string
param any string
param count int
type switches = {
  on: bool
}
param flags switches
var services = { blob: { enabled: true } }
resource st 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: 'st'
  location: 'westeurope'
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    minimumTlsVersion: tls
    allowSharedKeyAccess: false
    encryption: { services: services }
    networkAcls: {
      defaultAction: count == 1 ? 'Deny' : 'Allow'
      ipRules: [for each in range(0, 2): { value: '10.0.0.${each}' }]
    }
  }
}
"""
QUEUES = """
resource st 'Microsoft.Storage/storageAccounts@2025-06-01' existing = { name: 'st' }
resource service 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' = {
  parent: st
  name: 'default'
}
resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = [for each in ['a', 'b']: {
  parent: service
  name: each
  properties: { metadata: { kept: 'yes' } }
}]
resource whole 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = {
  name: 'st/default/whole'
}
"""
NESTED = """
param isWanted bool
resource st 'Microsoft.Storage/storageAccounts@2025-06-01' = if (isWanted) {
  name: 'st'
  location: 'westeurope'
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  resource blobs 'blobServices' = {
    name: 'default'
    properties: { deleteRetentionPolicy: { enabled: true, days: 7 } }
    resource packages 'containers' = {
      name: 'packages'
      properties: { publicAccess: 'None' }
    }
  }
}
"""
SETTINGS = """
param more object
resource site 'Microsoft.Web/sites@2025-03-01' existing = { name: 'func' }
resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: site
  name: 'appsettings'
  properties: union({ A: 'x', B: string(5) }, more)
}
resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  name: 'keep'
  scope: site
  properties: { level: 'CanNotDelete' }
}
"""
ALERT = """
resource alert 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'a'
  location: 'global'
  properties: {
    severity: 1
    enabled: true
    scopes: []
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: concat([], [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'c'
          metricName: 'm'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 1
        }
      ])
    }
  }
}
"""
SITE = """
param location string = resourceGroup().location
resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: 'func'
  location: location
  properties: {
    functionAppConfig: {
      deployment: { storage: { type: 'blobContainer', value: any(location) } }
      runtime: { name: 'python', version: location ?? '3.12' }
    }
  }
}
"""
GOOD = {"site": SITE, "storage": STORAGE, "queues": QUEUES, "nested": NESTED, "settings": SETTINGS, "alert": ALERT}

# What is broken, in which of them: what was written, what is written now, and what must be said of it.
BROKEN = {
    "a property misspelt at the root": (STORAGE, "kind: 'S", "knid: 'S", "has no property knid; kind?"),
    "a property misspelt two levels deep": (
        STORAGE,
        "allowSharedKeyAccess",
        "allowSharedKeysAccess",
        "allowSharedKeyAcc",
    ),
    "a property misspelt three levels deep": (
        STORAGE,
        "defaultAction: count",
        "defaultActions: count",
        "st.properties.networkAcls has no property defaultActions",
    ),
    "a property misspelt in a loop": (STORAGE, "{ value: '10", "{ valeu: '10", "ipRules[] has no property valeu"),
    "a property misspelt in a variable": (
        STORAGE,
        "{ enabled: true",
        "{ enabeld: true",
        "services.blob has no property",
    ),
    "a wrong word": (STORAGE, "'StorageV2'", "'StorageV3'", "st.kind is 'StorageV3'"),
    "a wrong word of an object": (STORAGE, "'Standard_LRS'", "'Standard-LRS'", "st.sku.name is 'Standard-LRS'"),
    "a wrong word behind a question": (STORAGE, ": 'Allow'", ": 'Alow'", "defaultAction is 'Alow'"),
    "a wrong word that a parameter allows": (STORAGE, "'TLS1_3'", "'TLS13'", "minimumTlsVersion is 'TLS1_2' | 'TLS13'"),
    "a text as truth": (
        STORAGE,
        "Access: false",
        "Access: 'false'",
        "allowSharedKeyAccess is 'false', but must be bool",
    ),
    "a number as text": (STORAGE, "location: 'westeurope'", "location: 5", "st.location is 5, but must be string"),
    "a parameter of another kind": (STORAGE, "Access: false", "Access: any", "allowSharedKeyAccess is string"),
    "a number where a truth is asked": (STORAGE, "Access: false", "Access: count", "allowSharedKeyAccess is int"),
    "a field of another kind": (STORAGE, "location: 'westeurope'", "location: flags.on", "st.location is bool"),
    "a function of another kind": (
        STORAGE,
        "location: 'w",
        "zones: length('w') == 1\n  location: 'w",
        "st.zones is bool",
    ),
    "one object instead of many": (
        STORAGE,
        "ipRules: [for each in range(0, 2): { value: '10.0.0.${each}' }]",
        "ipRules: {}",
        "ipRules is",
    ),
    "a text among objects": (
        STORAGE,
        "[for each in range(0, 2): { value: '10.0.0.${each}' }]",
        "['10.0.0.1']",
        "ipRules[0] is",
    ),
    "a required property left out": (STORAGE, "sku: { name: 'Standard_LRS' }", "", "st lacks the property sku"),
    "one left out three levels deep": (
        STORAGE,
        "defaultAction: count == 1 ? 'Deny' : 'Allow'",
        "",
        "lacks the property defaultAction",
    ),
    "a required property that is null": (
        STORAGE,
        "location: 'westeurope'",
        "location: null",
        "lacks the property location",
    ),
    "a property that cannot be written": (STORAGE, "kind: 'S", "id: 'x'\n  kind: 'S", "id, which cannot be written"),
    "a property of another version": (
        SITE,
        "deployment: {",
        "siteUpdateStrategy: { type: 'RollingUpdate' }\n      deployment: {",
        "functionAppConfig has no property siteUpdateStrategy",
    ),
    "another version": (
        STORAGE,
        "@2025-06-01",
        "@2024-01-01",
        "storageAccounts@2024-01-01 is not known here; known: 2025",
    ),
    "another type": (STORAGE, "/storageAccounts@", "/storageAccount@", "storageAccount@2025-06-01 is not known here"),
    "an existing resource of another type": (QUEUES, "/storageAccounts@", "/storageAcounts@", "not known here"),
    "a property of an existing resource": (
        QUEUES,
        "existing = {",
        "existing = {\n  location: 'x'",
        "location says nothing",
    ),
    "no name": (QUEUES, "  name: 'default'\n", "", "service lacks the property name"),
    "a child of another parent": (QUEUES, "parent: service", "parent: st", "no child of its parent"),
    "a name with too few parts": (QUEUES, "'st/default/whole'", "'default/whole'", "its name needs 2 '/'"),
    "a wrong fixed name": (QUEUES, "name: 'default'", "name: 'defualt'", "service.name is 'defualt'"),
    "a text for metadata": (QUEUES, "{ kept: 'yes' }", "{ kept: 1 }", "metadata.kept is 1"),
    "a child's property misspelt": (
        NESTED,
        "publicAccess:",
        "publicAcces:",
        "packages.properties has no property publicAcces",
    ),
    "a child of no such type": (
        NESTED,
        "'containers'",
        "'container'",
        "blobServices/container@2025-06-01 is not known",
    ),
    "a child's number as text": (NESTED, "days: 7", "days: '7'", "deleteRetentionPolicy.days is '7'"),
    "a condition that is no truth": (NESTED, "param isWanted bool", "param isWanted string", "condition is string"),
    "a setting that is a number": (SETTINGS, "string(5)", "5", "settings.properties.B is 5, but must be string"),
    "a child that has no such name": (SETTINGS, "'appsettings'", "'appsetings'", "none of the known words as name"),
    "a lock of no such level": (SETTINGS, "'CanNotDelete'", "'CannotDelete'", "level is 'CannotDelete'"),
    "a scope that is nothing": (SETTINGS, "scope: site", "scope: nowhere", "cannot have this scope"),
    "no word that tells the variant": (
        ALERT,
        "'Microsoft.Azure.Monitor.Single",
        "'Microsoft.Azure.Single",
        "none of the known words",
    ),
    "a variant's number as text": (
        ALERT,
        "threshold: 1",
        "threshold: '1'",
        "allOf[0].threshold is '1', but must be int",
    ),
    "a variant's property left out": (ALERT, "threshold: 1", "", "allOf[0] lacks the property threshold"),
}


def faults_of(text: str) -> list[str]:
    assert list(syntax_faults(text)) == []
    return [str(fault) for fault in type_faults(read_template(Path("snippet.bicep"), text), load_published())]


@pytest.mark.parametrize("name", GOOD)
def test_what_fits_passes(name: str) -> None:
    assert faults_of(GOOD[name]) == []


@pytest.mark.parametrize("name", BROKEN)
def test_what_does_not_fit_is_found(name: str) -> None:
    text, old, new, words = BROKEN[name]
    assert old in text
    faults = faults_of(text.replace(old, new, 1))
    assert any(words in fault for fault in faults), faults


def test_a_fault_tells_file_line_and_place() -> None:
    [fault] = faults_of(STORAGE.replace("'Standard_LRS'", "'Standard'"))
    assert fault.startswith("snippet.bicep:15: st.sku.name is 'Standard', but must be 'Standard_LRS' | ")


def test_every_type_that_was_published_can_be_read() -> None:
    published = load_published()
    assert len(published.resources) == 40
    assert all(published.resource(*name.split("@")) for name in published.resources)
