# SPDX-License-Identifier: LGPL-2.1-or-later
"""The house rules as functions: each takes (path, text) and yields (line number, what is wrong)."""

import os
import re

SOURCE_SUFFIXES = ('.c', '.h', '.py', '.sh', '.js', '.mjs', '.css', '.html', '.vala')
TOP_LEVEL = {'meson.build', 'meson_options.txt', 'gst', 'tests', 'docs', 'README.md', 'COPYING'}
MAX_FUNCTION_LINES = 80
LONG_FILE_LINES = 800

# Which folders of gst/signalling a layer may include from, besides itself and the files directly in gst/signalling.
LAYERS = {'protocol': (), 'transport': (), 'signaller': ('protocol', 'transport'), 'server': ('protocol', 'transport')}
LAYER_FOREIGN = {'protocol': re.compile(r'^(libsoup/|gst/(?!signalling/)|gio/)')}
COMMON_HEADERS = {'signalling-error.h', 'signalling-prelude.h'}

FUNCTION_PREFIX = re.compile(r'^_?(gst_signall|gst_web_socket_signaller|gst_soup_webrtc)')
TYPE_PREFIX = re.compile(r'^_?Gst(Signall|WebSocketSignaller|SoupWebRTC)')

FUNCTION_START = re.compile(r'^([a-z_]\w*) \(')
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
PARAM_SPEC = re.compile(r'\bg_param_spec_(?!ref|unref|get|pool|sink|internal|steal)\w+ \(\s*"([\w-]+)"')
SIGNAL_NEW = re.compile(r'\bg_signal_new\w* \(\s*"([\w-]+)"')
DOC_BLOCK = re.compile(r'/\*\*\s*\n\s*\*\s*([\w:-]+)\s*:(?=\s)(.*?)\*/', re.DOTALL)

SLEEP = re.compile(
    r'\b(?:g_usleep|usleep|nanosleep|clock_nanosleep|sleep|thrd_sleep)\s?\('
    r'|\b(?:time|asyncio)\.sleep\b'
    r'|setTimeout\s*\(\s*(?:r|res|resolve|done|\(\)\s*=>\s*(?:r|res|resolve|done)\b)'
    r'|wait_for_timeout|waitForTimeout'
    r'|(?:^|[;&|]|\bdo|\bthen)\s*sleep\s+[\d.$]')
UNFINISHED = re.compile(r'\b(?:' + '|'.join(('TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK')) + r')\b')
REGISTRY = re.compile(r'https?://[^\s"\'>)]*(?:npm[j]s|crates[.]io|python[h]osted|pypi|goprox[y]|proxy[.]golang'
                      r'|rubygem[s]|deb[.]debian|security[.]debian|snapshot[.]debian)', re.IGNORECASE)
HOME_PATH = re.compile(r'(?<![\w.$}~])/(?:home|root|Users)/\w')
MARKDOWN_LINK = re.compile(r'\[[^\]]*\]\(([^)\s]+)\)|<(?:img|source)[^>]*?\bsrc(?:set)?="([^"]+)"')


def line_of(text, offset):
    return text.count('\n', 0, offset) + 1


def without_comments(text):
    """C text with comments and string contents blanked, line numbers and lengths kept."""
    def blank(match):
        found = match.group(0)
        if found[0] == '"':
            return '"' + re.sub(r'[^\n]', ' ', found[1:-1]) + '"'
        return re.sub(r'[^\n]', ' ', found)
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.DOTALL)


def is_c(path):
    return path.endswith(('.c', '.h'))


def is_public_header(path):
    return path.startswith('gst/signalling/') and path.endswith('.h') and not path.endswith('-private.h')


def top_level(path, _text):
    first = path.split('/')[0]
    if first not in TOP_LEVEL and not first.startswith('.'):
        yield 1, f'{first} does not belong at the top level'


def licence(path, text):
    if path.endswith(SOURCE_SUFFIXES) and 'SPDX-License-Identifier: ' not in '\n'.join(text.split('\n')[:3]):
        yield 1, 'no SPDX-License-Identifier in the first three lines'


# What others than the library may include of it. The thread is linked into the plugin as well: nothing of it is exported.
OUTSIDE_HEADERS = ('gst/signalling/signalling.h', 'gst/signalling/transport/context-thread-private.h')


def include_arrows(path, text):
    """server → protocol ← signaller; both → transport; everybody outside the library sees signalling.h only."""
    if not is_c(path) or not path.startswith('gst/'):
        return
    parts = path.split('/')
    layer = parts[2] if path.startswith('gst/signalling/') and len(parts) > 3 else None
    for match in INCLUDE.finditer(text):
        header, line = match.group(1), line_of(text, match.start())
        if text[match.end() - 1] == '"':
            yield line, f'"{header}": include by full path, <gst/…>'
        if layer in LAYER_FOREIGN and LAYER_FOREIGN[layer].search(header):
            yield line, f'{layer} must not know {header}'
        if is_public_header(path) and header.endswith('-private.h'):
            yield line, f'a public header includes {header}'
        if is_public_header(path) and header.startswith('libsoup/'):
            yield line, f'a public header includes {header}: libsoup is not part of the interface'
        if not header.startswith('gst/signalling/'):
            continue
        target = header.split('/')[2]
        if path.startswith('gst/signalling/'):
            if layer and target not in (layer, *LAYERS.get(layer, ())) and target not in COMMON_HEADERS:
                yield line, f'{layer} must not include {header}'
        elif header not in OUTSIDE_HEADERS:
            yield line, f'outside of the library only <gst/signalling/signalling.h> may be included, not {header}'


def functions(text):
    """(name, first line, last line, is static) of each function definition in C text of our format."""
    lines = without_comments(text).split('\n')
    start = None
    for number, line in enumerate(lines, 1):
        match = FUNCTION_START.match(line)
        if match and not line.rstrip().endswith(';'):
            before = lines[number - 2] if number > 1 else ''
            start = (match.group(1), number, 'static' in before.split())
        elif start and line.startswith('}'):
            yield start[0], start[1], number, start[2]
            start = None
        elif start and (line.endswith(');') and not line.startswith((' ', '\t', '{'))):
            start = None


def function_length(path, text):
    if not path.endswith('.c'):
        return
    for name, first, last, _ in functions(text):
        if last - first + 1 > MAX_FUNCTION_LINES:
            yield first, f'{name} has {last - first + 1} lines, more than {MAX_FUNCTION_LINES}'


def name_prefixes(path, text):
    if not is_c(path) or not path.startswith('gst/'):
        return
    for name, first, _, static in functions(text):
        if not static and not FUNCTION_PREFIX.match(name) and not (name == 'main' and path.startswith('gst/tools/')):
            yield first, f'{name} is visible outside of its file, but has none of our prefixes'
    code = without_comments(text)
    for match in re.finditer(r'\bG_(?:DECLARE|DEFINE)(?:_FINAL|_ABSTRACT|_BOXED|_ENUM|_FLAGS|_DERIVABLE)?_'
                             r'(?:TYPE|INTERFACE)(?:_WITH_\w+)? \(\s*(\w+)', code):
        if not TYPE_PREFIX.match(match.group(1)):
            yield line_of(text, match.start()), f'type {match.group(1)} has none of our prefixes'


def static_strings(path, text):
    if not path.endswith('.c') or not path.startswith('gst/'):
        return
    code = without_comments(text)
    for match in PARAM_SPEC.finditer(text):
        if code[match.start()] == ' ':
            continue
        depth, end = 0, match.start()
        for end in range(code.index('(', match.start()), len(code)):
            depth += {'(': 1, ')': -1}.get(code[end], 0)
            if depth == 0:
                break
        if 'G_PARAM_STATIC_STRINGS' not in code[match.start():end]:
            yield line_of(text, match.start()), f'property {match.group(1)} without G_PARAM_STATIC_STRINGS'


def waiting_by_time(path, text):
    """Benchmarks may: the time something takes is what they are about."""
    if not path.startswith(('tests/', 'gst/')) or path.startswith(('tests/lint/', 'tests/benchmarks/')):
        return
    code = without_comments(text) if is_c(path) else text
    for match in SLEEP.finditer(code):
        yield line_of(text, match.start()), f'waits by time ({match.group(0).strip()}): wait for the event'


def unfinished(path, text):
    for match in UNFINISHED.finditer(text):
        yield line_of(text, match.start()), f'{match.group(0)}: finish it, or open an issue'


def foreign_places(path, text, root=''):
    """No addresses of package registries, no paths of the machine somebody happened to write this on."""
    for match in REGISTRY.finditer(text):
        yield line_of(text, match.start()), f'address of a package registry: {match.group(0)}'
    for match in HOME_PATH.finditer(text):
        yield line_of(text, match.start()), f'path inside a home directory: {match.group(0)}…'
    parent = os.path.dirname(root)
    for place in {root, parent if parent.count('/') == 1 and parent not in STANDARD_FOLDERS else root} - {''}:
        for match in re.finditer(r'(?<![\w.$}~:/-])' + re.escape(place) + r'/', text):
            yield line_of(text, match.start()), f'path of this machine: {place}/'


STANDARD_FOLDERS = {'/', '/tmp', '/usr', '/opt', '/srv', '/var', '/mnt', '/media', '/builds', '/src', '/run'}


def doc_blocks(text):
    return {match.group(1): match.group(2) for match in DOC_BLOCK.finditer(text)}


def dead_links(path, text, root):
    """Links of the documents to files of this tree; links into the web are not tried."""
    if not path.endswith('.md'):
        return
    in_code = re.compile(r'```.*?```|`[^`\n]*`', re.DOTALL)
    text = in_code.sub(lambda match: re.sub(r'[^\n]', ' ', match.group(0)), text)
    for match in MARKDOWN_LINK.finditer(text):
        target = (match.group(1) or match.group(2)).split('#')[0]
        if not target or re.match(r'[a-z]+:', target):
            continue
        if not os.path.exists(os.path.join(root, os.path.dirname(path), target)):
            yield line_of(text, match.start()), f'link to {target}, which does not exist'


def public_symbols(text):
    """(name, line) of what a public header exports: functions, types, and constants with a doc block."""
    code = without_comments(text)
    for match in re.finditer(r'^GST_SIGNALLING_API\b[^;{]*?\b(\w+) \(', code, re.MULTILINE):
        if not match.group(1).endswith(('_get_type', '_quark')) and not match.group(1).startswith('G_DECLARE_'):
            yield match.group(1), line_of(text, match.start())
    for match in re.finditer(r'^typedef (?:struct|enum|union)\b[^;{]*?(?:\{[^}]*\}\s*)?(\w+);', code, re.MULTILINE):
        yield match.group(1), line_of(text, match.start())
    for match in re.finditer(r'\bG_DECLARE_(?:FINAL|DERIVABLE|INTERFACE)\w* \(\s*(\w+)', code):
        yield match.group(1), line_of(text, match.start())


def missing_since(path, text, blocks):
    """Each public symbol, property and signal of the library has a doc block with a Since line.

    `blocks` are the doc blocks of the whole library: a function is documented where it is implemented.
    """
    wanted = []
    if is_public_header(path):
        wanted = list(public_symbols(text))
    elif path.startswith('gst/') and path.endswith('.c'):
        code = without_comments(text)
        for pattern, mark in ((PARAM_SPEC, ':'), (SIGNAL_NEW, '::')):
            wanted += [(mark + match.group(1), line_of(text, match.start())) for match in pattern.finditer(text)
                       if code[match.start()] != ' ']
    for name, line in wanted:
        found = [block for symbol, block in blocks.items()
                 if symbol == name or (name[0] == ':' and re.fullmatch(r'\w+' + name, symbol))]
        if not found:
            yield line, f'{name} has no doc block'
        elif not any('Since:' in block for block in found):
            yield line, f'the doc block of {name} has no Since line'


def long_file(path, text):
    """A warning only."""
    if path.endswith(SOURCE_SUFFIXES) and text.count('\n') > LONG_FILE_LINES:
        yield 1, f'{text.count(chr(10))} lines: is this still one noun?'


SIMPLE_RULES = (top_level, licence, include_arrows, function_length, name_prefixes, static_strings, waiting_by_time,
                unfinished)
