"""What the stand-in answers for Microsoft Entra: registrations, enterprise applications and what they may do.

https://learn.microsoft.com/graph/api/resources/application, https://learn.microsoft.com/cli/azure/ad
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.infra_scripts.standin.tenant import PERSON, Refused, Tenant

Given = dict[str, Any]


def list_applications(tenant: Tenant, given: Given) -> object:
    return choose(tenant.applications, given)


def list_services(tenant: Tenant, given: Given) -> object:
    return choose(tenant.services, given)


def choose(rows: list[dict[str, Any]], given: Given) -> list[dict[str, Any]]:
    found = rows
    if app_id := given.get("--app-id"):
        found = [each for each in found if each["appId"] == app_id]
    if text := given.get("--filter"):
        matched = re.fullmatch(r"(displayName|appId) eq '((?:[^']|'')*)'", text)
        if not matched:
            raise Refused(f"Invalid filter clause: {text}")
        value = matched[2].replace("''", "'")
        found = [each for each in found if each[matched[1]] == value]
    return found


def make_application(tenant: Tenant, given: Given) -> object:
    number = tenant.fresh("")
    application = {
        "id": f"object{number}",
        "appId": f"00000000-0000-4000-8000-{number.strip('-'):>012}",
        "displayName": given["--display-name"],
        "signInAudience": given["--sign-in-audience"],
        "identifierUris": [],
        "appRoles": [],
        "requiredResourceAccess": [],
        "passwordCredentials": [],
        "api": {"requestedAccessTokenVersion": None, "oauth2PermissionScopes": [], "preAuthorizedApplications": []},
        "federated": [],
    }
    tenant.applications.append(application)
    return application


def update_application(tenant: Tenant, given: Given) -> object:
    application = tenant.application(given["--id"])
    if uris := given.get("--identifier-uris"):
        application["identifierUris"] = uris
    if version := given.get("--requested-access-token-version"):
        application["api"]["requestedAccessTokenVersion"] = int(version)
    if roles := given.get("--app-roles"):
        # Graph adds a word of its own to each role, and takes none away that is still enabled.
        wanted = [{**each, "origin": "Application"} for each in json.loads(roles)]
        ids = {each["id"] for each in wanted}
        if any(each["isEnabled"] and each["id"] not in ids for each in application["appRoles"]):
            raise Refused("Permission (scope or role) cannot be deleted or updated unless disabled first.")
        application["appRoles"] = wanted
    if accesses := given.get("--required-resource-accesses"):
        application["requiredResourceAccess"] = json.loads(accesses)
    return application


def delete_application(tenant: Tenant, given: Given) -> object:
    application = tenant.application(given["--id"])
    tenant.applications.remove(application)
    tenant.services = [each for each in tenant.services if each["appId"] != application["appId"]]
    return None


def make_service(tenant: Tenant, given: Given) -> object:
    application = tenant.application(given["--id"])
    if any(each["appId"] == application["appId"] for each in tenant.services):
        raise Refused(f"The service principal name {application['appId']} is already in use.")
    tenant.services.append({"id": tenant.fresh("service"), "appId": application["appId"], "appRoles": []})
    return tenant.services[-1]


def make_secret(tenant: Tenant, given: Given) -> object:
    application = tenant.application(given["--id"])
    if "--append" not in given:
        application["passwordCredentials"] = []
    key = tenant.fresh("key")
    password = f"~very.secret-{key}-Qx7"
    application["passwordCredentials"].append(
        {"keyId": key, "displayName": given["--display-name"], "endDateTime": given["--end-date"], "standin": password}
    )
    return {"appId": application["appId"], "password": password, "tenant": "tenant"}


def list_secrets(tenant: Tenant, given: Given) -> object:
    listed = tenant.application(given["--id"])["passwordCredentials"]
    return [{name: value for name, value in each.items() if name != "standin"} for each in listed]


def delete_secret(tenant: Tenant, given: Given) -> object:
    application = tenant.application(given["--id"])
    left = [each for each in application["passwordCredentials"] if each["keyId"] != given["--key-id"]]
    if left == application["passwordCredentials"]:
        raise Refused("No password credential found with keyId.")
    application["passwordCredentials"] = left
    return None


def list_federations(tenant: Tenant, given: Given) -> object:
    return tenant.application(given["--id"])["federated"]


def make_federation(tenant: Tenant, given: Given) -> object:
    application, wanted = tenant.application(given["--id"]), json.loads(given["--parameters"])
    if any(each["name"] == wanted["name"] for each in application["federated"]):
        raise Refused("FederatedIdentityCredential with this name already exists.")
    application["federated"].append({"id": tenant.fresh("federation"), **wanted})
    return application["federated"][-1]


def update_federation(tenant: Tenant, given: Given) -> object:
    for each in tenant.application(given["--id"])["federated"]:
        if given["--federated-credential-id"] in (each["id"], each["name"]):
            each.update(json.loads(given["--parameters"]))
            return None
    raise Refused("Resource does not exist.")


def show_service(tenant: Tenant, given: Given) -> object:
    return tenant.service(given["--id"])


def show_person(tenant: Tenant, _given: Given) -> object:
    if tenant.user["type"] != "user":
        raise Refused("/me request is only valid with delegated authentication flow.")
    return {"id": PERSON}


def call_graph(tenant: Tenant, given: Given) -> object:
    """https://learn.microsoft.com/cli/azure/reference-index#az-rest"""
    root = f"{tenant.graph}/v1.0/"
    if not given["--url"].startswith(root) or given.get("--resource") != tenant.graph:
        raise Refused(f"Can't derive appropriate Azure AD resource from --url {given['--url']}")
    path = given["--url"].removeprefix(root).partition("?")[0].split("/")
    body = json.loads(given.get("--body", "{}"))
    match given.get("--method", "get").lower(), *path:
        case "patch", "applications", key:
            patch_api(tenant.application(key), body)
            return None
        case "get", "servicePrincipals", key, "appRoleAssignments":
            return {"value": [each for each in tenant.assignments if each["principalId"] == tenant.service(key)["id"]]}
        case "get", "servicePrincipals", key, "appRoleAssignedTo":
            return {"value": [each for each in tenant.assignments if each["resourceId"] == tenant.service(key)["id"]]}
        case "post", "servicePrincipals", key, "appRoleAssignedTo" if key == body["resourceId"]:
            return assign(tenant, body)
        case "delete", "servicePrincipals", key, "appRoleAssignments", id_:
            left = [each for each in tenant.assignments if (each["id"], each["principalId"]) != (id_, key)]
            if left == tenant.assignments:
                raise Refused("Not Found")
            tenant.assignments = left
            return None
    raise Refused(f"Not Found({given['--url']})")


def patch_api(application: dict[str, Any], body: Mapping[str, Any]) -> None:
    if set(body) != {"api"}:
        raise Refused("the stand-in knows only a patch of api")
    there = {each["id"] for each in application["api"]["oauth2PermissionScopes"]}
    authorised = [id_ for each in body["api"]["preAuthorizedApplications"] for id_ in each["delegatedPermissionIds"]]
    if not set(authorised) <= there:
        raise Refused("Property api.preAuthorizedApplications.delegatedPermissionIds has an unknown permission.")
    application["api"] = body["api"]


def assign(tenant: Tenant, body: Mapping[str, str]) -> object:
    """https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto"""
    service = tenant.service(body["resourceId"])
    offered = [each["id"] for each in service["appRoles"]]
    offered += [
        role["id"] for app in tenant.applications if app["appId"] == service["appId"] for role in app["appRoles"]
    ]
    if body["appRoleId"] not in offered:
        raise Refused("Permission grants do not match the roles of the application.")
    names = ("principalId", "resourceId", "appRoleId")
    if any(all(each[name] == body[name] for name in names) for each in tenant.assignments):
        raise Refused("Permission being assigned already exists on the object")
    tenant.assignments.append({"id": tenant.fresh("assignment"), **body})
    return tenant.assignments[-1]


ANSWERS = {
    "ad app list": list_applications,
    "ad app create": make_application,
    "ad app update": update_application,
    "ad app delete": delete_application,
    "ad app credential reset": make_secret,
    "ad app credential list": list_secrets,
    "ad app credential delete": delete_secret,
    "ad app federated-credential list": list_federations,
    "ad app federated-credential create": make_federation,
    "ad app federated-credential update": update_federation,
    "ad sp list": list_services,
    "ad sp show": show_service,
    "ad sp create": make_service,
    "ad signed-in-user show": show_person,
    "rest": call_graph,
}
