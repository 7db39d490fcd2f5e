"""What checkov reports is judged as it is meant: what was not parsed or met nothing is no clean bill."""

from collections.abc import Mapping
from typing import Any

import pytest

from devtools.policies import FITTING, LEFT_OUT, SECRETS, judge, read_reports
from devtools.trouble import Trouble

PASSED = [{"check_id": check} for check in FITTING]
CLEAN = {"check_type": "bicep", "results": {"passed_checks": PASSED}, "summary": {"parsing_errors": 0}}


def bicep(**changed: Any) -> Mapping[str, Any]:
    return {**CLEAN, **changed}


def test_a_clean_bill_has_no_fault() -> None:
    assert list(judge([CLEAN])) == []


def test_a_file_that_was_not_parsed_is_a_fault() -> None:
    [fault] = judge([bicep(summary={"parsing_errors": 2})])
    assert fault == "bicep: 2 file(s) could not be parsed, and so were not judged"


def test_a_failed_check_is_told_with_its_file() -> None:
    failed = {"check_id": "CKV_AZURE_44", "check_name": "TLS", "file_path": "/modules/storage.bicep"}
    [fault] = judge([bicep(results={"passed_checks": PASSED, "failed_checks": [failed]})])
    assert fault == "CKV_AZURE_44 TLS: /modules/storage.bicep"


def test_a_secret_is_a_fault_wherever_it_is() -> None:
    failed = {"check_id": "CKV_SECRET_3", "check_name": "Key", "file_path": "/main.bicep"}
    assert list(judge([CLEAN, {"check_type": "secrets", "results": {"failed_checks": [failed]}}]))


def test_a_check_that_met_nothing_is_a_fault() -> None:
    [fault] = judge([bicep(results={"passed_checks": PASSED[1:]})])
    assert fault == "CKV_AZURE_3 (storage over https) met nothing to judge"


def test_where_nothing_was_parsed_every_check_met_nothing() -> None:
    faults = list(judge(read_reports('{"passed": 0, "failed": 0, "parsing_errors": 3}')))
    assert faults[0].startswith("bicep: 3 file(s)")
    assert len(faults) == 1 + len(FITTING)


def test_one_report_and_several_are_read_alike() -> None:
    assert list(read_reports('{"check_type": "bicep"}')) == list(read_reports('[{"check_type": "bicep"}]'))


def test_what_is_no_report_is_trouble() -> None:
    with pytest.raises(Trouble):
        read_reports("Traceback")


def test_no_check_is_asked_and_left_out_and_each_has_its_reason() -> None:
    assert not LEFT_OUT.keys() & {**FITTING, **SECRETS}.keys()
    assert all(len(reason) > 4 for reason in {**FITTING, **SECRETS, **LEFT_OUT}.values())
