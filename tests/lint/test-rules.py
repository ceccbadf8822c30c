#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each rule must find what it is there for, and leave alone what is right. Samples that look like offences to the
tree-wide run are put together from pieces."""

import unittest

import rules

MARK = 'SPDX-License-Identifier: LGPL-2.1-or-later'
PROTOCOL = 'gst/signalling/protocol/x.c'
SERVER = 'gst/signalling/server/x.c'


def findings(rule, path, text, *more):
    return [what for _, what in rule(path, text, *more)]


class Rules(unittest.TestCase):
    def refuses(self, rule, path, text, *more):
        self.assertTrue(findings(rule, path, text, *more), f'{rule.__name__} let pass: {text}')

    def accepts(self, rule, path, text, *more):
        self.assertEqual(findings(rule, path, text, *more), [], f'{rule.__name__} refused: {text}')

    def test_top_level(self):
        self.refuses(rules.top_level, 'src/main.c', '')
        self.accepts(rules.top_level, 'docs/index.md', '')
        self.accepts(rules.top_level, '.ci/run', '')

    def test_licence(self):
        self.refuses(rules.licence, 'gst/x.c', 'int x;\n')
        self.accepts(rules.licence, 'gst/x.c', f'/* {MARK} */\nint x;\n')
        self.accepts(rules.licence, 'docs/x.md', 'text\n')

    def test_include_arrows(self):
        for path, header in ((PROTOCOL, 'libsoup/soup.h'), (PROTOCOL, 'gst/gst.h'), (PROTOCOL, 'gio/gio.h'),
                             (PROTOCOL, 'gst/signalling/transport/close-info.h'),
                             ('gst/signalling/transport/x.c', 'gst/signalling/protocol/message.h'),
                             (SERVER, 'gst/signalling/signaller/signaller.h'),
                             ('gst/signalling/signaller/x.c', 'gst/signalling/server/signalling-server.h'),
                             ('gst/signalling/server/x.h', 'gst/signalling/server/peer-private.h'),
                             ('gst/signalling/server/x.h', 'libsoup/soup.h'),
                             ('gst/tools/x.c', 'gst/signalling/server/signalling-server.h')):
            self.refuses(rules.include_arrows, path, f'#include <{header}>\n')
        for path, header in ((PROTOCOL, 'json-glib/json-glib.h'), (PROTOCOL, 'gst/signalling/signalling-error.h'),
                             (SERVER, 'gst/signalling/protocol/message.h'), (SERVER, 'libsoup/soup.h'),
                             (SERVER, 'gst/signalling/transport/channel-private.h'),
                             ('gst/signalling/server/x-private.h', 'libsoup/soup.h'),
                             ('gst/tools/x.c', 'gst/signalling/signalling.h')):
            self.accepts(rules.include_arrows, path, f'#include <{header}>\n')
        self.refuses(rules.include_arrows, SERVER, '#include "router-private.h"\n')

    def test_function_length(self):
        def function(lines):
            return 'static void\nlong_one (int a,\n    int b)\n{\n' + '  a ();\n' * lines + '}\n'
        self.refuses(rules.function_length, 'gst/x.c', function(80))
        self.accepts(rules.function_length, 'gst/x.c', function(70))
        self.accepts(rules.function_length, 'gst/x.c', function(50) + '\n' + function(50))

    def test_name_prefixes(self):
        self.refuses(rules.name_prefixes, SERVER, 'void\nhelper (void)\n{\n}\n')
        self.refuses(rules.name_prefixes, SERVER, 'G_DEFINE_TYPE (Peer, peer, G_TYPE_OBJECT)\n')
        self.refuses(rules.name_prefixes, 'gst/x.h', 'G_DECLARE_FINAL_TYPE (GstWebRTCThing, a, B, C, GObject)\n')
        self.accepts(rules.name_prefixes, SERVER, 'static void\nhelper (void)\n{\n}\n')
        self.accepts(rules.name_prefixes, SERVER, 'void\ngst_signalling_x (void)\n{\n}\n')
        self.accepts(rules.name_prefixes, 'gst/tools/x.c', 'int\nmain (int argc, char **argv)\n{\n}\n')
        self.accepts(rules.name_prefixes, SERVER, 'G_DEFINE_TYPE (GstSignallingPeer, p, G_TYPE_OBJECT)\n')

    def test_static_strings(self):
        spec = 'g_param_spec_uint ("port", NULL, NULL, 0, 9, 0, {});\n'
        self.refuses(rules.static_strings, 'gst/x.c', spec.format('G_PARAM_READWRITE'))
        self.accepts(rules.static_strings, 'gst/x.c', spec.format('G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS'))
        self.accepts(rules.static_strings, 'gst/x.c', '/* ' + spec.format('0') + ' */')

    def test_waiting_by_time(self):
        nap = 'sle' + 'ep'
        for path, text in (('tests/x.c', f'  g_u{nap} (1000);'), ('tests/x.c', f'  {nap} (1);'),
                           ('tests/x.py', f'time.{nap}(1)'), ('tests/x.py', f'await asyncio.{nap}(1)'),
                           ('tests/x.sh', f'while true; do {nap} 1; done'), ('tests/x.sh', f'{nap} 0.2'),
                           ('tests/x.js', 'new Promise(r => setTime' + 'out(r, 500))')):
            self.refuses(rules.waiting_by_time, path, text)
        for path, text in (('tests/x.c', f'/* never {nap} (1) */'), ('tests/x.c', 'g_cond_wait_until (&c, &m, end);'),
                           ('tests/x.js', 'setTimeout(() => reject(new Error("late")), 20000)')):
            self.accepts(rules.waiting_by_time, path, text)

    def test_unfinished(self):
        self.refuses(rules.unfinished, 'gst/x.c', '/* TO' + 'DO: the rest */')
        self.accepts(rules.unfinished, 'gst/x.c', '/* done */')

    def test_foreign_places(self):
        root = '/workplace/project'
        for text in ('see https://registry.np' + 'mjs.org/x', 'x=/ho' + 'me/somebody/x', 'cd /workplace/project/gst',
                     'cat /workplace/notes'):
            self.refuses(rules.foreign_places, 'docs/x.md', text, root)
        for text in ('https://www.rfc-editor.org/rfc/rfc6455', '"/signalling/workplace/x"', '$HOME/x', '/usr/bin/python3'):
            self.accepts(rules.foreign_places, 'docs/x.md', text, root)

    def test_dead_links(self):
        self.refuses(rules.dead_links, 'x.md', 'see [that](nowhere.md)', '.')
        self.accepts(rules.dead_links, 'x.md', 'see [here](#part) and [there](https://example.org/)', '.')
        self.accepts(rules.dead_links, 'x.md', '`[code](nowhere.md)`', '.')

    def test_missing_since(self):
        header = 'gst/signalling/server/x.h'
        declared = 'GST_SIGNALLING_API\nvoid gst_signalling_x_run (GstX *x);\n'
        self.refuses(rules.missing_since, header, declared, {})
        self.refuses(rules.missing_since, header, declared, {'gst_signalling_x_run': 'Runs.'})
        self.accepts(rules.missing_since, header, declared, {'gst_signalling_x_run': 'Runs.\n * Since: 0.1\n'})
        self.accepts(rules.missing_since, 'gst/signalling/server/x-private.h', declared, {})
        self.refuses(rules.missing_since, header, 'typedef struct _GstX GstX;\n', {})
        self.refuses(rules.missing_since, header, 'typedef enum\n{\n  A,\n} GstKind;\n', {})
        self.refuses(rules.missing_since, SERVER, 'g_param_spec_uint ("port", NULL);', {})
        self.accepts(rules.missing_since, SERVER, 'g_param_spec_uint ("port", NULL);', {'GstX:port': 'Since: 0.1'})
        self.refuses(rules.missing_since, SERVER, 'g_signal_new ("gone", T);', {'GstX:gone': 'Since: 0.1'})
        self.accepts(rules.missing_since, SERVER, 'g_signal_new ("gone", T);', {'GstX::gone': 'Since: 0.1'})

    def test_long_file(self):
        self.refuses(rules.long_file, 'gst/x.c', '\n' * 900)
        self.accepts(rules.long_file, 'gst/x.c', '\n' * 300)


if __name__ == '__main__':
    unittest.main()
