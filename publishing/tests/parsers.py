"""Small strict readers of the two citation formats, so that what we write is read by other code than what wrote it."""

import re

FIELD = re.compile(r"\s*(\w+)\s*=\s*\{")
MONTHLESS = re.compile(r"@(\w+)\{([^\s,{}\\#%~\"']+),")


def read_bibtex(text):
    """(type, key, {field: value as written, without the outer braces}) of one entry. Raises ValueError.

    Counts braces as BibTeX does, whatever stands before them.
    """
    head = MONTHLESS.match(text)
    if not head:
        raise ValueError("no entry begins here")
    place, fields = head.end(), {}
    while text[place:].strip() != "}":
        match = FIELD.match(text, place)
        if not match:
            raise ValueError(f"no field at {text[place : place + 20]!r}")
        depth, place = 1, match.end()
        start = place
        while depth:
            if place >= len(text):
                raise ValueError("a brace is not closed")
            depth += {"{": 1, "}": -1}.get(text[place], 0)
            place += 1
        fields[match[1]] = text[start : place - 1]
        if text[place] != ",":
            raise ValueError("a field does not end")
        place += 1
    return head[1], head[2], fields


WRITTEN = {
    "textbackslash{}": "\\",
    "textbraceleft{}": "{",
    "textbraceright{}": "}",
    "textasciitilde{}": "~",
    "textasciicircum{}": "^",
}


def tex_to_text(value):
    """What TeX would print of a value without other commands than ours. Raises ValueError at any other."""
    result, place = "", 0
    while place < len(value):
        rest = value[place + 1 :]
        if value[place] == "\\":
            name = next((name for name in WRITTEN if rest.startswith(name)), rest[:1])
            if name not in WRITTEN and (not name or name not in "$&#%_"):
                raise ValueError(f"unknown command \\{name}")
            result += WRITTEN.get(name, name)
            place += 1 + len(name)
        elif value[place] in "$&#%_~^{}":
            raise ValueError(f"{value[place]} means something to TeX")
        else:
            result += value[place]
            place += 1
    return result


RIS_LINE = re.compile(r"([A-Z][A-Z0-9])  - (.*)", re.DOTALL)


def read_ris(text):
    """{tag: value} of one record. Raises ValueError."""
    if not text.endswith("\r\n"):
        raise ValueError("the last line does not end")
    record = {}
    for line in text[:-2].split("\r\n"):
        match = RIS_LINE.fullmatch(line)
        if not match or len(line.splitlines()) > 1 or match[1] in record:
            raise ValueError(f"no line of RIS: {line!r}")
        record[match[1]] = match[2]
    if next(iter(record)) != "TY" or list(record)[-1] != "ER":
        raise ValueError("a record begins with TY and ends with ER")
    return record
