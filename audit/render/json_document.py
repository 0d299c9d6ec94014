"""The report as versioned JSON: the format that others build on. Its JSON Schema is `check.schema.json` beside this."""

from typing import Any

import msgspec

from audit.answer import Answer, Test
from audit.report import CellReport, Report, Statistic
from audit.rule import Finding

SCHEMA_VERSION = 1


def render(report: Report) -> str:
    """One JSON document, lists ordered, numbers as they are; the same input gives the same bytes."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "prune-audit", "version": report.version},
        "inputs": [
            {"location": each.location, "format": each.format, "networks": each.networks} for each in report.inputs
        ],
        "summary": {verdict.value: count for verdict, count in report.summary.items()},
        "findings": [_finding(each) for each in report.findings],
        "cells": [_cell(each) for each in report.cells],
        "claims": [_answer(each) for each in report.claims],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    document: dict[str, Any] = {
        "code": finding.code,
        "name": finding.name,
        "severity": str(finding.severity),
        "verdict": finding.verdict.value,
        "scope": dict(finding.scope),
        "message": finding.message,
        "observed": finding.observed,
        "expected": finding.expected,
        "remedy": finding.remedy,
        "examined": finding.examined,
        "evidence": finding.evidence,
        "evidence_total": finding.evidence_total,
    }
    optional = {"waiver": finding.waiver, "details": finding.details}
    return document | {name: value for name, value in optional.items() if value}


def _cell(cell: CellReport) -> dict[str, Any]:
    document: dict[str, Any] = {
        "dataset": cell.dataset,
        "architecture": cell.architecture,
        "method": cell.method,
        "compression_ratio": cell.compression_ratio,
        "n": cell.n,
        "seeds": list(cell.seeds),
        "failed": cell.failed,
        "collapsed": cell.collapsed,
        "metrics": {name: _statistic(each) for name, each in cell.metrics.items()},
    }
    told = {"condition": cell.condition, "starts_from": cell.starts_from}
    return document | {name: words for name, words in told.items() if words}


def _statistic(statistic: Statistic) -> dict[str, Any]:
    document: dict[str, Any] = {
        "mean": statistic.mean,
        "std": statistic.std,
        "ci95": list(statistic.ci95) if statistic.ci95 else None,
        "values": list(statistic.values),
    }
    stated = statistic.stated_deviation
    return document | ({"stated_deviation": stated} if stated is not None else {})


def _answer(answer: Answer) -> dict[str, Any]:
    seeds = answer.seeds
    return {
        "claim": answer.claim,
        "statement": answer.statement,
        "kind": answer.kind,
        "method": answer.method,
        "against": answer.against,
        "metric": answer.metric,
        "endpoint": answer.endpoint,
        "over": answer.over,
        "primary": answer.primary,
        "stage": answer.stage,
        "level": answer.level,
        "margin": answer.margin,
        "answer": answer.outcome.value,
        "condition": answer.condition,
        "reason": answer.reason,
        "remedy": answer.remedy,
        **_compared(answer),
        "p_adjusted": answer.p_adjusted,
        "seeds": None if seeds is None else {"least": seeds.least, "most": seeds.most},
        "smallest_margin": answer.smallest_margin,
        "notes": list(answer.notes),
        "tests": [_test(each) for each in answer.tests],
    }


def _test(test: Test) -> dict[str, Any]:
    return {
        "dataset": test.dataset,
        "architecture": test.architecture,
        "compression_ratio": test.ratio,
        "metric": test.metric,
        "answer": test.outcome.value,
        "condition": test.condition,
        "reason": test.reason,
        **_compared(test),
        "notes": list(test.notes),
    }


def _compared(found: Answer | Test) -> dict[str, Any]:
    """An effect in the better direction with its interval, p, test and networks."""
    return {
        "effect": found.effect,
        "ci95": None if found.interval is None else list(found.interval),
        "p": found.p,
        "test": found.test,
        "n": None if found.n is None else {"method": found.n[0], "against": found.n[1]},
    }
