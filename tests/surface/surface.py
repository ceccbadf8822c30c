#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What applications can see of the library, as text that is kept in the tree.

    surface.py check  EXPECTED symbols LIBRARY      exit code 1, with the difference, when the surface has changed
    surface.py check  EXPECTED gir GIR
    surface.py update EXPECTED …                    writes EXPECTED anew

`ninja -C build update-surface` updates both files; the difference in them is then part of the change and its review:
what was added needs a `Since:`, what has gone or has another type breaks applications.
"""

import difflib
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

CORE = "{http://www.gtk.org/introspection/core/1.0}"
C = "{http://www.gtk.org/introspection/c/1.0}"
GLIB = "{http://www.gtk.org/introspection/glib/1.0}"


def symbols(library):
    """The functions and variables the library exports, one per line."""
    listing = subprocess.run(["nm", "--dynamic", "--defined-only", "--format=posix", library],
                             capture_output=True, check=True, text=True).stdout
    return sorted({line.split()[0].split("@")[0] for line in listing.splitlines() if line})


def type_name(holder):
    found = holder.find(f"{CORE}type")
    if found is not None:
        inner = [type_name_of(child) for child in found.findall(f"{CORE}type")]
        return type_name_of(found) + (f"<{', '.join(inner)}>" if inner else "")
    found = holder.find(f"{CORE}array")
    if found is not None:
        return f"{type_name(found)}[]"
    return "..." if holder.find(f"{CORE}varargs") is not None else "?"


def type_name_of(element):
    return element.get("name", "?")


def flags(element, *names):
    return "".join(f", {name}" for name in names if element.get(name) == "1")


def value(holder):
    """A parameter or result: type, direction, who owns it, whether it may be NULL."""
    text = type_name(holder)
    if holder.get("direction", "in") != "in":
        text += f", {holder.get('direction')}"
    if holder.get("transfer-ownership", "none") != "none":
        text += f", transfer {holder.get('transfer-ownership')}"
    return text + flags(holder, "nullable", "optional")


def call(element):
    arguments = [f"{parameter.get('name')}: {value(parameter)}"
                 for parameter in element.findall(f"{CORE}parameters/{CORE}parameter")]
    result = value(element.find(f"{CORE}return-value"))
    return f"({'; '.join(arguments)}) -> {result}" + flags(element, "throws", "deprecated")


def member_lines(element):
    for kind in ("constructor", "function", "method", "virtual-method"):
        for found in element.findall(f"{CORE}{kind}"):
            hidden = "" if found.get("introspectable", "1") == "1" else ", not for bindings"
            yield f"  {kind} {found.get('name')} {call(found)}{hidden}"
    for found in element.findall(f"{CORE}property"):
        access = [name for name, default in (("readable", "1"), ("writable", "0"), ("construct", "0"),
                                             ("construct-only", "0")) if found.get(name, default) == "1"]
        yield f"  property {found.get('name')}: {type_name(found)}, {', '.join(access)}"
    for found in element.findall(f"{GLIB}signal"):
        yield f"  signal {found.get('name')} {call(found)}, run {found.get('when')}{flags(found, 'action', 'detailed')}"
    for number, found in enumerate(element.findall(f"{CORE}field")):  # their order is part of the ABI
        yield f"  field {number:02} {found.get('name')}"
    for found in element.findall(f"{CORE}member"):
        yield f"  {found.get(f'{C}identifier')} = {found.get('value')} ({found.get('name')})"


def heading(kind, element):
    text = f"{kind} {element.get(f'{C}type') or element.get(f'{GLIB}type-name') or element.get('name')}"
    if element.get("parent"):
        text += f", is a {element.get('parent')}"
    for relation in ("prerequisite", "implements"):
        for found in element.findall(f"{CORE}{relation}"):
            text += f", {relation} {found.get('name')}"
    return text


def gir(path):
    """The types of the library and what they have."""
    namespace = ElementTree.parse(path).getroot().find(f"{CORE}namespace")
    blocks = []
    for kind in ("interface", "class", "record", "union", "enumeration", "bitfield"):
        for element in namespace.findall(f"{CORE}{kind}"):
            blocks.append([heading(kind, element), *sorted(member_lines(element))])
    for kind in ("callback", "function"):
        for element in namespace.findall(f"{CORE}{kind}"):
            if element.get("moved-to") is None:
                blocks.append([f"{kind} {element.get(f'{C}identifier') or element.get('name')} {call(element)}"])
    for element in namespace.findall(f"{CORE}constant"):
        blocks.append([f"constant {element.get(f'{C}type')} = {element.get('value')}"])
    return [line for block in sorted(blocks) for line in block]


def main(action, expected, kind, source):
    expected = pathlib.Path(expected)
    found = [line + "\n" for line in {"symbols": symbols, "gir": gir}[kind](source)]
    if not found:
        sys.exit(f"{source} has no surface at all")
    if action == "update":
        expected.write_text("".join(found), encoding="utf-8")
        return 0
    kept = expected.read_text(encoding="utf-8").splitlines(keepends=True) if expected.exists() else []
    difference = list(difflib.unified_diff(kept, found, str(expected), source))
    sys.stdout.writelines(difference)
    if difference:
        print("\nWhat applications see has changed. If that is meant: ninja -C build update-surface, and commit the files.")
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
