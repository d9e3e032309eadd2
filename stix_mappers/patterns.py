"""Patterns of indicators (platform-records.md, section 3.2)."""

from collections.abc import Mapping


def quoted(value: str) -> str:
    """Return the value as a string literal of the pattern language (STIX 2.1, section 9.3)."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def account_pattern(account_type: str, login: str | None, user_id: str | None) -> str:
    """Return the pattern of an account; with login and platform id known, either may match."""
    parts = [
        f"user-account:{name} = {quoted(value)}"
        for name, value in (("account_login", login), ("user_id", user_id))
        if value
    ]
    named = f"({' OR '.join(parts)})" if len(parts) > 1 else parts[0]
    return f"[user-account:account_type = {quoted(account_type)} AND {named}]"


def value_pattern(object_type: str, value: str) -> str:
    """Return the pattern of a domain name, URL, address or mail address; a range matches what lies in it."""
    operator = "ISSUBSET" if object_type.startswith("ipv") and "/" in value else "="
    return f"[{object_type}:value {operator} {quoted(value)}]"


def file_pattern(hashes: Mapping[str, str]) -> str:
    """Return the pattern of a file: any of its hashes."""
    parts = (f"file:hashes.{quoted(name)} = {quoted(value)}" for name, value in sorted(hashes.items()))
    return f"[{' OR '.join(parts)}]"
