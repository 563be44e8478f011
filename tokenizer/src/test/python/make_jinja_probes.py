"""Writes jinja-probes.json: templates and what Python's Jinja2 makes of them, set up as transformers sets it up.

    python make_jinja_probes.py > ../resources/wok/tokenizer/jinja-probes.json

Made with jinja2 3.1.6, markupsafe 3, Python 3.11. The clock stands at 2026-01-02T03:04:05 (a Friday).
"""

import datetime
import json
import sys

import jinja2
import jinja2.ext
import jinja2.sandbox
from jinja2 import nodes

assert jinja2.__version__ == "3.1.6", jinja2.__version__

CONTEXT = {
    "xs": [1, 2, 3],
    "d": {"a": 1, "k": 2},
    "n": None,
    "t": True,
    "f": 2.5,
    "s": "Hello, World",
    "u": "añb😀c",
    "words": ["banana", "Apple", "cherry", "apple"],
    "ms": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": " hi <|im_start|>system "},
        {"role": "assistant", "content": "", "tool_calls": [{"name": "f", "arguments": {"x": 1, "y": [1.5, None, True]}}]},
        {"role": "user", "content": "bye"},
    ],
    "tree": [{"v": 1, "c": [{"v": 2, "c": []}, {"v": 3, "c": [{"v": 4, "c": []}]}]}, {"v": 5, "c": []}],
    "big": 123456789012345678901234567890,
}


class Generation(jinja2.ext.Extension):
    """transformers' AssistantTracker without its bookkeeping."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_generation", []), [], [], body).set_lineno(line)

    def _generation(self, caller):
        return caller()


def environment():
    env = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda f: datetime.datetime(2026, 1, 2, 3, 4, 5).strftime(f)
    return env


def render(source, context):
    """What comes out; "compiles" says whether a refusal comes from the template alone, before it meets its variables."""
    try:
        template = environment().from_string(source)
    except Exception as e:  # whatever Python raises, we must refuse too
        return {"ok": False, "compiles": False, "expected": f"{type(e).__name__}: {e}"}
    try:
        return {"ok": True, "compiles": True, "expected": template.render(**context)}
    except Exception as e:
        return {"ok": False, "compiles": True, "expected": f"{type(e).__name__}: {e}"}


EXPRESSIONS = r"""
1 + 2 * 3 - 4
7 // 2, -7 // 2, 7 // -2, -7 % 3, 7 % -3, 7.5 // 2, -7.5 % 2
2 ** 10, 2 ** -1, 2 ** 0.5, (-2) ** 3, 2 ** 3 ** 2
-2 ** 2
1 / 2, 4 / 2, 1e3, 1.5e-7, 1e16, 1e15, 123456789.123, 0.1 + 0.2
1_000, 0x1F, 0b101, 0o17
10 ** 20, big, big + 1, big // 7, big % 97, big / 3
1 == 1.0, true == 1, 1 is sameas 1, none == false, 'a' == 'a', [1] == [1.0], {'a': 1} == {'a': 1}
1 < 2 < 3, 1 < 3 < 2, 'a' < 'b', [1, 2] < [1, 3], (1, 2) < (1, 2, 3)
1 < 'a'
none < 1
'a' ~ 1 ~ none ~ true ~ [1] ~ {'a': 1.0}
'a' + 'b' * 3
'a' + 1
1 + 'a'
[1] + (2,)
[1, 2] * 2, (1,) * 3, 'ab' * -1
'x' if false
'x' if true else 'y', ('x' if false else 'y')
not true, not none, not [], not 'a'
true and 'x', '' or 'y', none and 1, 0 or none
1 in [1, 2], 3 not in [1, 2], 'a' in 'abc', 'k' in d, 1 in (1,), 'x' in {}
1 in 'abc'
1 in none
xs[0], xs[-1], xs[5], xs['0'], xs[1:], xs[:-1], xs[::2], xs[::-1], xs[5:], xs[-2:]
xs[1.0]
(1, 2, 3)[1:], 'hello'[1:4], 'hello'[::-1], 'hello'[-3:], 'hello'[10:], 'hello'[4:1:-1], 'hello'[::2]
u|length, u[1], u[3], u[::-1], u[2:], u|upper, u.find('c'), u.index('😀'), u|list
d.a, d['a'], d.zz, d['zz'], d.items, d.get('a'), d.get('z'), d.get('z', 5)
d.zz.y
undefinedvar.x
undefinedvar
undefinedvar ~ 'x', undefinedvar|default('d'), undefinedvar is defined, undefinedvar == undefinedvar2
undefinedvar + 1
undefinedvar()
undefinedvar['x']
undefinedvar|length, undefinedvar|list, undefinedvar|join(','), undefinedvar|upper, undefinedvar is iterable
'x' in undefinedvar
-undefinedvar
undefinedvar < 1
n.x
n.x.y
none['a']
s.upper(), s.lower(), s.title(), s.swapcase(), s.capitalize(), s|title, s|capitalize
"they're bill's friends-and (foes) [x] {y} <z>"|title, "they're bill's".title()
s.split(), s.split(', '), s.split('o', 1), s.rsplit('o', 1), s.split('zz'), ' a  b '.split(), ' a b c '.split(none, 1), ' a b c '.rsplit(none, 1)
s.split('')
s.startswith('Hell'), s.startswith(('x', 'He')), s.endswith('ld'), s.endswith(('x',)), s.startswith('l', 2), s.startswith('W', 7, 9), s.startswith('', 99)
s.startswith(['H'])
s.find('o'), s.find('o', 5), s.rfind('o'), s.find('zz'), s.index('W'), s.count('l'), s.count(''), s.find('', 3), s.rindex('l')
s.index('zz')
s.replace('l', 'L'), s.replace('l', 'L', 1), s.replace('', '-'), s.replace('', '-', 2), 'aaa'.replace('aa', 'b'), ''.replace('', 'x')
s|replace('l', 'L'), s|replace('l', 'L', 1), 123|replace(2, 'x'), s|replace('', '.')
'  x '.strip(), '  x '.lstrip() ~ '|', '  x '.rstrip() ~ '|', 'xxaxx'.strip('x'), 'abcx'.rstrip('xc'), '\n\t a'.strip()
' x '|trim ~ '|', 'xax'|trim('x'), 5|trim
'a,b,c'.partition(','), 'a,b,c'.rpartition(','), 'abc'.partition(','), 'abc'.rpartition(',')
'abc'.removeprefix('a'), 'abc'.removesuffix('c'), 'abc'.removeprefix('x')
'-'.join(['a', 'b']), '-'.join('abc'), ''.join([])
'-'.join([1, 2])
'a\nb\r\nc\n'.splitlines(), 'a\n\nb'.splitlines(true), ''.splitlines()
'42'.zfill(5), '-42'.zfill(5), 'a'.ljust(3) ~ '|', 'a'.rjust(3), 'a'.center(4) ~ '|', 'ab'.center(5, '*'), 'abc'.center(6, '-')
'abc'.isalpha(), 'a1'.isalnum(), '12'.isdigit(), ''.isdigit(), ' '.isspace(), 'AB'.isupper(), 'ab'.islower(), 'Ab'.istitle(), 'aB'.istitle(), 'é'.isalpha(), '²'.isdigit(), '½'.isnumeric(), '1'.isdecimal(), 'a_b'.isidentifier(), '1a'.isidentifier(), 'a'.isascii(), 'é'.isascii(), 'a\n'.isprintable()
'ß'.upper(), 'ß'|capitalize, 'ΑΣ'.lower(), 'ŉ'|upper, 'ÿ'.upper(), 'İ'.lower()|length, 'ǆ'.title()
'{} {}'.format(1, 'a'), '{1}{0}'.format('a', 'b'), '{x}'.format(x=3), '{0.a}'.format(d), '{0[k]}'.format(d), '{:>5}|{:<5}|{:^5}'.format('a', 'b', 'c'), '{:05d}'.format(42), '{:.2f}'.format(3.14159), '{:,}'.format(1234567), '{!r}'.format('a'), '{{}}'.format(), '{:x}'.format(255), '{:#x}'.format(255), '{:+d}'.format(5), '{:e}'.format(12345.678), '{:g}'.format(0.00001), '{:%}'.format(0.25), '{:*^9}'.format('mid'), '{:{w}}'.format('a', w=4) ~ '|', '{:b}'.format(5), '{:.3}'.format('abcdef'), '{:10.3f}|'.format(2.5), '{:_}'.format(1000000), '{}'.format(1.0), '{}'.format(none), '{:s}'.format('x')
'{} {}'.format(1)
'{x}'.format()
'{'.format()
'{:d}'.format('a')
'{0.__class__}'.format(1)
'%s %s' % (1, 'a'), '%d' % 3.7, '%5.2f|%-5s|%05d' % (3.14159, 'a', 42), '%x %X %o' % (255, 255, 8), '%e' % 12345.678, '%g' % 0.0001, '%r' % 'a', '%(a)s' % d, '%%' % (), '%c' % 65, '%c' % 'z', '%s' % [1], '%+d' % 5, '%.3s' % 'abcdef', '%5s|' % 'a', '%i' % 3, '%s' % none
'%s' % (1, 2)
'%s %s' % 1
'%d' % 'a'
'%s %s'|format('a', 1), '%(x)s'|format(x=1)
'abc'|center(9) ~ '|', 'abc'|center(2)
'a b c'|wordcount, 'hello, wörld_1 x-y'|wordcount, ''|wordcount
'<b>&"\''|e, '<b>'|escape|escape, '<b>'|forceescape, ('<b>'|e|forceescape), ('<'|e) + '<', '<' + ('<'|e), ('<'|safe) ~ '<', ('<'|safe) + '<', '<b>'|safe|upper, ('<a>%s'|safe) % '<b>', ('-'|safe).join(['<', '>'])
'<p>Hello <b>x</b>  y</p><!-- c -->&lt;'|striptags
'hello world this is long'|truncate(12), 'hello world this is long'|truncate(12, true), 'hello'|truncate(3), 'hello world'|truncate(8, false, '!', 0), 'foo bar baz qux'|truncate(9, true, '...', 0)
'a\nb\n\nc'|indent, 'a\nb\n\nc'|indent(2, true), 'a\nb\n\nc'|indent(2, false, true), 'a\nb\n'|indent(2), 'a\nb'|indent('> '), ''|indent(2, true), 'a\nb'|indent(width=1, first=true)
'the quick brown fox jumps over the lazy dog'|wordwrap(15), 'aaaaaaaaaaaa bb'|wordwrap(5), 'aaaaaaaaaaaa bb'|wordwrap(5, false), 'well-known state-of-the-art'|wordwrap(12), 'a b\n\nc'|wordwrap(2)
'a b&c=d/é'|urlencode, {'a': 'x y', 'b/': 1}|urlencode, [('a', 'b')]|urlencode
{'class': 'x', 'id': none, 'n': 1, 't': '<'}|xmlattr, {'a': 1}|xmlattr(false)
{'a b': 1}|xmlattr
1000|filesizeformat, 1|filesizeformat, 999|filesizeformat, 1234567|filesizeformat, 1024|filesizeformat(true), 1500000000000|filesizeformat, '100'|filesizeformat
'3'|int, '3.7'|int, 'x'|int, 'x'|int(5), '0x1f'|int(0, 16), '101'|int(0, 2), 3.99|int, -3.99|int, none|int, ' 12 '|int, '1_000'|int, true|int, [1]|int(7), '1e3'|int, ''|int, '-5'|int
'3.5'|float, 'x'|float, 'x'|float(1.5), 3|float, none|float, 'inf'|float, 'nan'|float, '1e400'|float
2.5|round, 3.5|round, 2.567|round(2), 2.675|round(2), 42.55|round(1, 'floor'), 42.55|round(1, 'ceil'), 42|round, 42|round(-1), 45|round(-1), 1234.5|round(-2), -2.5|round, 2.1|round(0, 'ceil'), 7|round(1, 'ceil')
3|abs, -3|abs, -3.5|abs, true|abs
'a'|abs
[1, 2, 3]|sum, [1.5, 2]|sum, [{'v': 1}, {'v': 2}]|sum(attribute='v'), [1]|sum(start=10), []|sum, [[1], [2]]|sum(start=[])
['a']|sum
[3, 1, 2]|min, [3, 1, 2]|max, ['b', 'A']|min, ['b', 'A']|max, ['b', 'A']|min(true), []|min, [{'v': 2}, {'v': 1}]|min(attribute='v'), 'hello'|max
[3, 1, 2]|sort, [3, 1, 2]|sort(reverse=true), words|sort, words|sort(case_sensitive=true), words|sort(true), [{'v': 2}, {'v': 1}]|sort(attribute='v'), 'hello'|sort, d|sort
[1, 'a']|sort
[{'a': 1, 'b': 2}, {'a': 1, 'b': 1}, {'a': 0, 'b': 9}]|sort(attribute='a,b')
words|unique|list, words|unique(true)|list, [1, 1.0, true, 2]|unique|list, [{'v': 1}, {'v': 1}]|unique(attribute='v')|list
words|groupby(0), [{'r': 'b', 'v': 1}, {'r': 'a', 'v': 2}, {'r': 'b', 'v': 3}]|groupby('r'), [{'r': 1}, {}]|groupby('r', default=0)
(words|groupby(0))[0].grouper, (words|groupby(0))[0].list, (words|groupby(0))[0][1]
[1, 2, 3, 4, 5]|batch(2)|list, [1, 2, 3]|batch(2, 'x')|list, [1, 2, 3, 4, 5]|slice(2)|list, [1, 2, 3, 4, 5]|slice(3, 0)|list, []|batch(2)|list, [1]|slice(3)|list
{'b': 1, 'A': 2, 'c': 0}|dictsort, {'b': 1, 'A': 2}|dictsort(true), {'b': 1, 'A': 2}|dictsort(false, 'value'), {'b': 1, 'A': 2}|dictsort(by='value', reverse=true)
d|items|list, d|list, d.keys(), d.values(), d.items(), d.keys()|list, d|length, d.items()|list|length, d.copy(), 1 in d.values(), d|first, d|last, d.items()|first, d.keys() == {'a': 5, 'k': 6}.keys()
xs|items
xs|first, xs|last, []|first, []|last, 'abc'|first, 'abc'|last, xs|reverse|list, 'abc'|reverse, xs|join, xs|join('-'), ms|join(',', attribute='role'), ms|map(attribute='role')|join('|')
xs|map('string')|list, words|map('upper')|join(' '), xs|map('add')|list
words|map('replace', 'a', 'o')|list, ms|map(attribute='zz', default='-')|list, ms|map(attribute='content.0')|list, [[1, 2], [3, 4]]|map('first')|list, [[1, 2], [3]]|map(attribute='1', default=0)|list, [1, 2]|map('round', 1)|list
xs|map|list
xs|select('odd')|list, xs|reject('odd')|list, [0, 1, '', none, 'a']|select|list, [0, 1]|reject|list, xs|select('gt', 1)|list, xs|select('in', [1, 3])|list, xs|select('divisibleby', 2)|list, words|select('eq', 'Apple')|list, xs|select('==', 2)|list, xs|select('>=', 2)|list
ms|selectattr('role', 'equalto', 'user')|list|length, ms|selectattr('content')|list|length, ms|rejectattr('role', 'in', ['user'])|map(attribute='role')|list, ms|selectattr('tool_calls', 'defined')|list|length, ms|selectattr('zz', 'undefined')|list|length
(ms|selectattr('role', 'equalto', 'nobody')) is defined, (ms|selectattr('role', 'equalto', 'nobody')) and 'truthy'
(xs|select)|length
xs|select('nosuchtest')|list
xs|nosuchfilter
xs is nosuchtest
1 is odd, 2 is even, 9 is divisibleby 3, 9 is divisibleby(4), 1 is number, 1.0 is number, true is number, '1' is number, 1 is integer, true is integer, 1.0 is float, 1.0 is integer, true is boolean, 1 is boolean, true is true, 1 is true, false is false, none is none, 'a' is string, 1 is string, 'a' is sequence, d is sequence, xs is sequence, 5 is sequence, 'a' is iterable, 5 is iterable, d is mapping, xs is mapping, range is callable, s is callable, undefinedvar is callable
'a' is lower, 'A' is upper, 'aB' is lower, '1' is upper, 'a' is in 'abc', 1 is in xs, 1 is eq 1, 1 is ne 2, 1 is lt 2, 2 is gt 1, 2 is ge 2, 1 is le 0, 1 is sameas 1, none is sameas none, xs is sameas xs, [1] is sameas [1], 'upper' is filter, 'nope' is filter, 'odd' is test, 'a'|safe is escaped, 'a' is escaped, 1 is not odd, 1 is not none
1 is odd and 2 is even, not 1 is even, 1 is eq 1 == true
3.5 is odd, 3.0 is odd, 'a' is sameas 'a'
'a' is odd
[1, 2.0, 'a', none, true, [], {}, (), (1,), "it's", 'say "hi"', 'both \' and "', 'tab\t', 'new\nline', 'back\\slash', 'é', '\x00', '\u200b', '😀', '\xa0', '\x7f', '\ud800'|length]
{'a': {'b': [1, (2, 3)]}, 1: 2, none: 3, true: 4, 1.5: 5, (1, 2): 6}
{1: 'a', 1.0: 'b', true: 'c'}
{[1]: 2}
{'a': 1, 'a': 2}
dict(a=1, b=2), dict({'x': 1}, y=2), dict([('a', 1)]), dict()
1.0, 1e100, 1e22, 1.5e300, 1e-5, 0.0001, 123456789012345680.0, -0.0, 100000.0, 3.0e10, 5e-324, 1.7976931348623157e308
'inf'|float, -('inf'|float), 'nan'|float
0.1 + 0.2 == 0.3, 1e308 * 10
1 / 0
1 // 0
1 % 0
1.0 / 0
2.0 ** 10000
range(3), range(1, 4), range(0, 10, 3), range(5, 0, -2)|list, range(3)|length, range(10)[2], range(10)[-1], range(10)[2:4]|list, 3 in range(5), range(0)|list
range(100001)
range(0, 5, 0)
range('a')
range(2.5)
namespace(a=1).a, namespace({'x': 2}).x, namespace(a=1).zz
namespace(a=1)['a']
joiner()() ~ 'x', cycler('a', 'b').next()
xs.append(4)
xs.append is defined, xs.pop, d.update is defined
d.pop('a')
d.update({'z': 1})
d.setdefault('z', 1)
xs.__class__, s.__len__, d._x
xs.__class__.__mro__
s.__class__()
xs.count(1), xs.index(2), xs.copy(), (1, 2, 1).count(1), (1, 2).index(2)
xs.index(9)
s.nosuch
s.nosuch()
xs.0, xs.1
d()
'a'()
5.5.is_integer()
(5).bit_length(), (5).real, 5.0.is_integer()
{'a': [1, 'é', none, true, 1.5, {}], 'b': [], 'c': '<>&\''}|tojson
{'a': [1, {'b': 2}], 'e': {}, 'l': []}|tojson(indent=2)
{'a': [1, 2]}|tojson(indent='--')
{'b': 1, 'a': 2}|tojson(sort_keys=true), {'é': 'ü😀'}|tojson(ensure_ascii=true), {'a': [1, 2]}|tojson(separators=(',', ':')), [1, 2]|tojson(separators=[';', '=']), {'a': 1}|tojson(indent=0), {'a': [1]}|tojson(false, 1)
'a"\\\n\t\r\x08\x0c\x01\x7f\u2028/'|tojson, 1.0|tojson, 1e100|tojson, big|tojson, none|tojson, (1, 2)|tojson, {1: 2, none: 3, true: 4, 1.5: 6}|tojson, 'nan'|float|tojson
{(1, 2): 3}|tojson
undefinedvar|tojson
xs|map('upper')|tojson
range(3)|tojson
ms|tojson
ms[2].tool_calls|tojson(indent=4)
ms[2].tool_calls[0].arguments.items()|list, ms[2]['tool_calls'][0]['arguments'].y
strftime_now('%Y-%m-%d %H:%M:%S'), strftime_now('%d %b %Y'), strftime_now('%A, %B %d, %Y'), strftime_now('%-d/%-m/%y'), strftime_now('%j %p %I %a %e %U %W %V %u %w %%'), strftime_now('%x|%X|%c|%D|%T|%R|%F'), strftime_now('%Z|%z|%f'), strftime_now('%G-W%V'), strftime_now('%C %h %k %l %P')
raise_exception('boom')
raise_exception()
'a' 'b' "c"
"\x41\u00e9\U0001F600\n\t\'\"\\ \q \101 \N{BULLET}"
'\x4'
[1, 2,], {'a': 1,}, (1,), (), (1)
[*xs]
true, True, false, False, none, None
d|attr('a'), d|attr('items')|string|length > 0, s|attr('upper')
'abc'|list, d|string, 1|string, none|string, xs|string|length
'a'|default('b'), ''|default('b'), ''|default('b', true), none|default('b'), none|default('b', true), undefinedvar|default, undefinedvar|d(1), d.zz|default('q'), d['zz']['y']|default('q')
xs|length - 1, xs|length == 3, -xs|length, - 3|abs, 'a' ~ 'b'|upper, ('a' ~ 'b')|upper
'hello' is string and s is defined or false
1 if 2 > 1 else 3 if false else 4
(1 if false) is undefined
'x' * 3 ~ 'y', 2 + 3 ~ 4, 2 ~ 3 + 4
1 and 2 or 3, not 1 == 2, not (1 and 0), 1 or 1 / 0
xs == [1, 2, 3], xs != [1], xs is eq([1, 2, 3]), 'a' != 1, none == none, d == {'k': 2, 'a': 1}
'a' in d and d['a'] == 1, 'a' not in d or false
'abc'|map('upper')|list, 'abc'|select('in', 'ab')|join, {'x': 1}|map('upper')|list
xs|random is defined, 'lipsum' is defined, lipsum is string
[[1, 2], [3, 4]]|map('join', '-')|join(';'), [3, 4]|map('string')|map('length')|sum
d|dictsort|map('last')|list, d.values()|sum, d.items()|map('first')|join
'%s'|format(u), '%-6s|'|format('a'), u.center(9, '*'), u.ljust(7, '.'), u|truncate(3, true, ''), '{:>7}'.format(u), u.split('😀'), u.replace('ñ', ''), u.strip('ac'), u is string
s[:5] ~ s[5:], s[7:].lower().split('r')[0], s.split(', ')[1][0], (s.split(', ')|last)[-1]
pprint is defined, xs|pprint, {'b': 1, 'a': 2}|pprint, 'a'|pprint
'a\tb'.expandtabs(), 'ab\tc'.expandtabs(4), 'x'.casefold(), 'Straße'.casefold()
'{a}'.format_map({'a': 1})
1 .real
'a'.join
s.upper
10 % 3 * 2, 10 - 3 - 2, 2 * 3 % 4, 8 / 2 / 2, +5, - -5
1 < 2 == true, 1 == 1 in [true]
{'items': 3}.items, {'items': 3}['items'], {'keys': 1}.keys()|list, {'get': 1}.get('get')
(1, 'a') ~ '', () ~ '', {} ~ '', (1,) ~ ''
true + true, true * 3, -true, true / 2, true ~ 1, [true, false]|sum
'a' > 'B', 'Z' < 'a', 'é' > 'z', '😀' > '\uffff', 'ab' > 'a'
"a" is lower and "A" is upper, "ab"[0] is lower, (1, 2) is sequence, (1, 2) is iterable, {} is iterable
1.5 // 0.5, 5.5 % 2, -5.5 // 2, 5 // 2.0, 2 ** 2.0, 10 / 5, 1e5 // 1, 7 % 2.5, -7 % 2.5, 0.0 // 5
"x"|upper|lower|title|length, [1, 2]|first|string ~ 'x', (xs|map('string')|join(','))|length
"a"|replace("a", "b")|upper, 5|string|length, 3.14|string, 3.14|int|string
"line1\nline2"|replace("\n", "\\n"), 'a\\nb', 'a\\\\b', "it''s", 'q"q', "q'q"
"  lead"|indent(2), "x"|indent(0), none|indent
5|join
5|length
none|length
none|list
5|first
none|join(',')
{}.x.y
[].x
xs.first
(xs|first).x
[1, 2, 3][1:2] == [2], 'abc'[1:2] == 'b', xs[:], xs[10:], xs[-10:2], xs[2:1], xs[::5], xs[-1::-1], (1, 2, 3)[::-1]
xs[::0]
xs['a':]
5[1:]
"abc"["upper"](), "abc"["nope"], d["get"]("a"), xs["index"](2)
("a", "b") in [("a", "b")], [1] in [[1]], {} in [{}], 1 in {1: 2}, 1.0 in [1], 'a' in ['A'|lower]
"Hello %s" % s, "%s" % d, "%s and %s" % ("a", "b"), "100%" ~ "x"
""".strip().split("\n")

TEMPLATES = [
    "{% for x in xs %}{{ loop.index }}/{{ loop.length }}:{{ x }}{{ ', ' if not loop.last }}{% endfor %}",
    "{% for x in xs %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.depth }}{{ loop.depth0 }}{% endfor %}",
    "{% for x in xs %}{{ loop.previtem }}-{{ x }}-{{ loop.nextitem }};{% endfor %}",
    "{% for x in xs %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }}{% endfor %}",
    "{% for x in [1,1,2,2,1] %}{{ loop.changed(x) }}{% endfor %}",
    "{% for x in xs %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% for x in xs %}{{ loop }}{% endfor %}",
    "{% for x in xs if x != 2 %}{{ loop.index }}{{ loop.length }}{{ x }}{{ loop.last }}{% endfor %}",
    "{% for x in xs|select('odd') %}{{ loop.index }}{{ loop.last }}{{ loop.length }}{% endfor %}",
    "{% for x in xs %}{% for y in xs %}{{ loop.index }}{% if loop.first %}|{% endif %}{% endfor %}{{ loop.index }};{% endfor %}",
    "{% for x in tree recursive %}{{ x.v }}@{{ loop.depth }}{% if x.c %}[{{ loop(x.c) }}]{% endif %}{% endfor %}",
    "{% for x in xs %}{{ loop(xs) }}{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }},{% endfor %}",
    "{% for k, v in d|dictsort(reverse=true) %}{{ k }}{{ v }}{% endfor %}",
    "{% for k in d %}{{ k }}{% endfor %}",
    "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for a, b in xs %}{{ a }}{% endfor %}",
    "{% for a, b in [(1, 2, 3)] %}{{ a }}{% endfor %}",
    "{% for a, b in [(1,)] %}{{ a }}{% endfor %}",
    "{% for x in undefinedvar %}a{% else %}none{% endfor %}",
    "{% for x in none %}a{% endfor %}",
    "{% for x in 5 %}a{% endfor %}",
    "{% for c in 'añ😀' %}<{{ c }}>{% endfor %}",
    "{% for x in xs %}{% if x == 2 %}{% continue %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in xs %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% else %}E{% endfor %}",
    "{% for x in [1] %}{% continue %}{% else %}E{% endfor %}",
    "{% for x in [1] %}{% break %}{% else %}E{% endfor %}",
    "{% for x in xs %}{% for y in xs %}{% if y == 2 %}{% break %}{% endif %}{{ x }}{{ y }};{% endfor %}{% endfor %}",
    "{% break %}",
    "{% for x in xs %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}",
    "{% set x = 1 %}{% for i in xs %}{{ x }}{% set x = i %}{{ x }};{% endfor %}{{ x }}",
    "{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% if false %}{% set y = 2 %}{% endif %}[{{ y }}]",
    "{% for i in xs %}{% set q = i %}{% endfor %}[{{ q }}]",
    "{% for i in xs %}{% if q is defined %}D{% endif %}{% set q = i %}{% endfor %}",
    "{% for s in xs %}{{ s }}{% endfor %}{{ s }}",
    "{% set ns = namespace(c=0, l=[]) %}{% for i in xs %}{% set ns.c = ns.c + i %}{% set ns.l = ns.l + [i] %}{% endfor %}{{ ns.c }}{{ ns.l }}",
    "{% set d.a = 5 %}{{ d.a }}",
    "{% set nope.a = 5 %}",
    "{% set a, b = [1, 2] %}{{ a }}{{ b }}",
    "{% set a, b = 1 %}",
    "{% set a = 1, 2 %}{{ a }}",
    "{% set (a, b) = (1, 2) %}{{ a }}{{ b }}",
    "{% set ns = namespace() %}{% set ns.a, b = 1, 2 %}{{ ns.a }}{{ b }}",
    "{% set v %}x{{ 1 }}y{% endset %}[{{ v }}]{{ v is string }}{{ v|length }}",
    "{% set v | upper | trim %}  x{{ 1 }}y {% endset %}[{{ v }}]",
    "{% set v %}{% set inner = 1 %}{% endset %}[{{ inner }}]",
    "{% macro m(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }}|{{ m(1, c='y') }}|{{ m(a=0, b=1) }}|{{ m() }}",
    "{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=2) }}",
    "{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }}",
    "{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}",
    "{% macro m() %}{{ varargs|join('-') }}{% endmacro %}{{ m(1, 2) }}{{ m() }}",
    "{% macro m() %}{{ kwargs.items()|list }}{% endmacro %}{{ m(a=1, b=2) }}",
    "{% macro m() %}[{{ caller('q') }}]{% endmacro %}{% call(x) m() %}{{ x }}!{{ xs|length }}{% endcall %}",
    "{% macro m(n) %}{% for i in range(n) %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(i) m(3) %}<{{ i }}>{% endcall %}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}",
    "{% macro m() %}x{% endmacro %}{% call m() %}y{% endcall %}",
    "{% macro m() %}{% if caller %}C{% else %}N{% endif %}{% endmacro %}{{ m() }}{% call m() %}y{% endcall %}",
    "{% macro m(x) %}{{ x }}{% if x > 0 %}{{ m(x - 1) }}{% endif %}{% endmacro %}{{ m(3) }}",
    "{% macro m() %}{{ later }}{% endmacro %}{% set later = 5 %}{{ m() }}",
    "{% set g = 1 %}{% macro m() %}{{ g }}{% set g = 2 %}{{ g }}{% endmacro %}{{ m() }}{{ g }}",
    "{% for x in xs %}{% macro m() %}{{ x }}{% endmacro %}{{ m() }}{% endfor %}[{{ m is defined }}]",
    "{% macro m(a, b=1) %}{% endmacro %}{{ m.name }}{{ m.arguments }}{{ m.catch_kwargs }}{{ m.catch_varargs }}{{ m.caller }}",
    "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}",
    "{% macro m(x) %}{{ x }}{% endmacro %}{{ m('<b>')|upper }}{{ m(none) }}{{ m(xs) }}{{ m('a') ~ 'b' }}",
    "{% macro m(a=1, b) %}{% endmacro %}",
    "{% macro f(a, b='d') -%}\n  {{- a }}-{{ b -}}\n{%- endmacro %}{{ f('x') }}|{{ f(*['p', 'q']) }}|{{ f(**{'a': 'k'}) }}",
    "{% filter upper %}a{{ 'b' }}{% endfilter %}{% filter replace('a', 'o')|trim %} banana {% endfilter %}",
    "{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}[{{ a }}]",
    "{% set a = 5 %}{% with a = 1, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}",
    "{% with %}{% set z = 1 %}{{ z }}{% endwith %}[{{ z }}]",
    "{% block b %}x{{ xs|length }}{% endblock %}",
    "{% block b %}{% set q = 1 %}{% endblock %}[{{ q }}]",
    "{% set q = 7 %}{% block b %}{{ q }}{% endblock b %}",
    "{% for i in xs %}{% block b %}[{{ i }}]{% endblock %}{% endfor %}",
    "{% for i in xs %}{% block b scoped %}[{{ i }}]{% endblock %}{% endfor %}",
    "{% block b %}{% endblock %}{% block b %}{% endblock %}",
    "{% generation %}a{{ xs }}{% set w = 1 %}{% endgeneration %}[{{ w }}]",
    "{% if xs %}a{% elif d %}b{% else %}c{% endif %}{% if none %}a{% elif d %}b{% endif %}{% if 0 %}{% else %}e{% endif %}",
    "{% if undefinedvar %}a{% else %}b{% endif %}{% if 1, %}t{% endif %}",
    "{% print 1, 2 %}",
    "{% raw %}{{ x }} {% if %} {# c #}{% endraw %}",
    "{% raw -%}  {{ x }}  {%- endraw %}|",
    "  {% raw %}\n x\n{% endraw %}\ny",
    "{# comment #}a{# multi\nline #}b",
    "a {#- x -#} b",
    "a\n{# c #}\nb",
    "   {# c #}\nb",
    "a  {# c #}\nb",
    "{{ 'a' }}\n{{ 'b' }}\n",
    "a\n\n",
    "a\r\nb\rc\n",
    "\n{% if true %}\nx\n{% endif %}\ny\n",
    "  {% if true %}  \n  x\n  {% endif %}  \ny",
    "  {%+ if true %}x{% endif %}",
    "x {%- if true -%} y {%- endif -%} z",
    "x\n  {{- 1 -}}\n  y",
    "x {{+ 1 }} y",
    "{% if true +%}\nx{% endif %}",
    "{%- if true %}\n\n x{% endif %}",
    "a {% if true %} b {% endif %} c",
    "\t{% set x = 1 %}\t\n{{ x }}",
    "{% for x in xs -%}\n  {{ x }}\n{%- endfor %}",
    "{% for x in xs %}\n  {{ x }}\n{% endfor %}\n",
    "{% set x = '\n' %}[{{ x }}]",
    "{{ '{{ not }}' }}{{ \"{% x %}\" }}",
    "{{ {'a': {'b': 1}}.a.b }}{{ {'a': 1}}}",
    "{{ xs\n|\nlength }}",
    "{{",
    "{{ }}",
    "{% %}",
    "{% if %}",
    "{% if true %}",
    "{% endif %}",
    "{% for x in xs %}",
    "{% for x xs %}{% endfor %}",
    "{% nosuch %}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{% do xs %}",
    "{{ 1 + }}",
    "{{ (1 }}",
    "{{ 1) }}",
    "{{ [1 }}",
    "{{ 'abc }}",
    "{{ a b }}",
    "{{ a.1b }}",
    "{{ f(a=1, 2) }}",
    "{{ @ }}",
    "{{ a ! b }}",
    "{# never ends",
    "{% raw %} never",
    "{% set 1 = 2 %}",
    "{% set none = 2 %}",
    "{% set x %}a",
    "{{ x is divisibleby }}",
    "{{ 1 is eq 1 is eq 1 }}",
    "}} %} #}",
    "{ { % % }",
    "100% {x} {'a'}",
    "{{ 1 }}{{ 2 }}\n\n{{ 3 }}",
    "{{ ms[1].content | trim }}|{{ ms[1]['content'].strip() }}|{{ (ms|last).content }}",
    "{% for m in ms %}{{ '<|im_start|>' + m.role + '\n' + m.content|trim + '<|im_end|>\n' }}{% endfor %}",
    "{% for m in ms %}{% if m.tool_calls is defined and m.tool_calls %}{% for tc in m.tool_calls %}{{ tc.arguments|tojson }}{% endfor %}{% endif %}{% endfor %}",
    "{% for m in ms if m.role == 'user' %}{{ loop.index }}{{ m.content }}{% endfor %}",
    "{% set first = ms[0] %}{% if first.role == 'system' %}{% set rest = ms[1:] %}{% else %}{% set rest = ms %}{% endif %}{{ rest|length }}",
    "{% set ns = namespace(last=-1) %}{% for m in ms[::-1] %}{% set i = ms|length - 1 - loop.index0 %}{% if m.role == 'user' and ns.last < 0 %}{% set ns.last = i %}{% endif %}{% endfor %}{{ ns.last }}",
    "{% set done = namespace(x=false) %}{% for m in ms if not done.x %}{{ m.role }}{% set done.x = true %}{% endfor %}",
    "{% set gen = xs|map('string') %}{{ gen|join }}{{ gen|join }}",
    "{% set gen = xs|select %}{% for g in gen %}{{ g }}{% endfor %}{% for g in gen %}{{ g }}{% endfor %}",
    "{% set c = cycler('a', 'b', 'c') %}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.reset() }}{{ c.current }}",
    "{% set j = joiner(' | ') %}{% for x in xs %}{{ j() }}{{ x }}{% endfor %}",
    "{{ cycler() }}",
    "{% if ms[0]['role'] != 'user' %}{{ raise_exception('First message must be user: ' ~ ms[0].role) }}{% endif %}",
    "{% set tools = tools if tools is defined else none %}{{ tools }}",
    "{%- set a = 1 -%}\n{%- set b = 2 -%}\n{{- a + b }}",
    "{{ loop }}",
    "{{ caller }}",
    "{{ range }}{{ 1 }}" if False else "{{ range is callable }}",
    "{% for x in range(3) %}{% set outer = loop %}{% for y in range(2) %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}",
    "{% set x = 5 %}{% macro m(x) %}{{ x }}{% endmacro %}{{ m(1) }}{{ x }}",
    "{% set t = [] %}{% set t = t + [1] %}{% set t = t + [{'a': 2}] %}{{ t|tojson }}",
    "{% for x in xs %}{{ x }}{% if not loop.last %},{% else %}.{% endif %}{% endfor %}",
    "{% autoescape false %}{{ '<' }}{% endautoescape %}",
    "{{ '<' }}{% set a = '<b>'|safe %}{{ a }}{{ a ~ '<' }}{{ a + '<' }}",
    "{%for x in xs%}{{x}}{%endfor%}",
    "{%-for x in xs-%} {{-x-}} {%-endfor-%}",
    "{{ xs | map ( 'string' ) | join ( ', ' ) }}",
    "a{% if true %}\n{% endif %}\n\nb",
    "{% if true %}\n\n{% endif %}b",
    "{% set x %}\n  a\n{% endset %}[{{ x }}]",
    "{{ 'a'\n'b' }}",
    "line1\n  {{ 1 }}  \nline2",
    "{% if true %}{# c #}\n{% endif %}x",
    "{{ 1 }}   \n  {% set q = 2 %}\n  {{ q }}",
    "x{% set a = 1 %}\ny",
    "x{{ 1 }}\ny",
    "{{- 'x' }}{{ 'y' -}}   z",
    "{% for i in [] %}{% else %}{% set z = 1 %}{% endfor %}[{{ z }}]",
    "{% for i in xs %}{% set loop = 5 %}{{ loop }}{% endfor %}",
    "{% set xs2 = [1,2,3] %}{% for x in xs2[:] %}{{ x }}{% endfor %}",
    "{% call undefinedvar() %}x{% endcall %}",
    "{% call s.upper() %}x{% endcall %}",
    "{{ dict(**{'a': 1}) }}{{ dict(*[[('b', 2)]]) }}{{ '{}{}'.format(*[1, 2]) }}{{ '{a}'.format(**{'a': 3}) }}",
    "{{ dict(**xs) }}",
    "{% set x = namespace(a=namespace(b=1)) %}{{ x.a.b }}{% set x.a.b = 2 %}",
    "{% if 'a' is in d and d is mapping %}y{% endif %}{% if not ('z' in d) %}n{% endif %}",
    "{% if ms is iterable and ms is not mapping and ms is not string %}list{% endif %}",
    "{{ ms[0].content.split('.')[0] if '.' in ms[0].content else ms[0].content }}",
    "{{ '</think>' in 'a</think>b' and 'a</think>b'.split('</think>')[-1].lstrip('\\n') }}",
    "{{ ('a</think>b'.split('</think>')|first).rstrip('\\n').split('<think>')|last }}",
    "{% for key, value in {'x': {'type': 'string'}, 'y': {'enum': ['a']}}.items() %}{{ key }}:{{ value.type|default('any') }}{{ ' ' ~ value.enum|tojson if value.enum }};{% endfor %}",
    "{{ xs|tojson|safe }}{{ d|tojson(indent=2)|replace('\\n', '\\n  ') }}",
    "{% set content %}{{ ms[1].content }}{% endset %}{{ content|trim|length }}",
    "{{ strftime_now('%d %b %Y') if strftime_now is defined else '26 Jul 2024' }}",
    "{{ tools is defined }}{{ tools is not none }}{{ (tools or [])|length }}{{ not tools }}",
    "{{ undefinedvar is none }}{{ undefinedvar is not none }}{{ undefinedvar is string }}{{ undefinedvar == none }}{{ undefinedvar != 'x' }}",
    "{{ [undefinedvar] }}{{ {'a': undefinedvar} }}{{ (undefinedvar,)|length }}",
    # Names that do not exist: refused when compiled, but for what an if stands around.
    "{% if false %}{{ x|nosuch }}{% endif %}ok",
    "{% if true %}{{ 1|nosuch }}{% endif %}",
    "{% if false %}{{ 1 is nosuch }}{% else %}ok{% endif %}",
    "{% if 'nosuch' is filter %}{{ 1|nosuch }}{% elif 1|nosuch %}{% endif %}",
    "{% if 'nosuch' is test %}{{ 1 is nosuch }}{% else %}{{ 'tojson' is filter }}{% endif %}",
    "{{ 1|nosuch if false else 2 }}{{ 2 if true else (1|nosuch) }}{{ (1|nosuch) if false }}",
    "{{ 1 if (1|nosuch) else 2 }}",
    "{% for x in [] %}{{ x|nosuch }}{% endfor %}",
    "{% for x in [] if x|nosuch %}{% endfor %}",
    "{% if false %}{% for x in xs|nosuch %}{% endfor %}{% endif %}ok",
    "{% if false %}{% for x in xs if x|nosuch %}{% endfor %}{% endif %}ok",
    "{% if false %}{% for x in xs %}{{ x|nosuch }}{% endfor %}{% endif %}ok",
    "{% if false %}{% for x in xs %}{% else %}{{ x|nosuch }}{% endfor %}{% endif %}ok",
    "{% if false %}{% for x in xs %}{% if x %}{{ x is nosuch }}{% endif %}{% endfor %}{% endif %}ok",
    "{% macro m() %}{{ 1|nosuch }}{% endmacro %}ok",
    "{% macro m(a=1|nosuch) %}{% endmacro %}ok",
    "{% if false %}{% macro m(a=1|nosuch) %}{% endmacro %}{% endif %}ok",
    "{% filter nosuch %}a{% endfilter %}",
    "{% if false %}{% filter nosuch %}a{% endfilter %}{% endif %}ok",
    "{% if false %}{% filter upper %}{{ 1|nosuch }}{% endfilter %}{% endif %}ok",
    "{% if false %}{% set x | nosuch %}a{% endset %}{% endif %}ok",
    "{% if false %}{% set x = 1|nosuch %}{% endif %}ok",
    "{% if false %}{% set x %}{{ 1|nosuch }}{% endset %}{% endif %}ok",
    "{% if false %}{% block b %}{{ 1|nosuch }}{% endblock %}{% endif %}ok",
    "{% if false %}{% with a = 1|nosuch %}{% endwith %}{% endif %}ok",
    "{% if false %}{% with %}{{ 1|nosuch }}{% endwith %}{% endif %}ok",
    "{% if false %}{% call m(1|nosuch) %}{% endcall %}{% endif %}ok",
    "{% if false %}{% call m() %}{{ 1|nosuch }}{% endcall %}{% endif %}ok",
    "{% if false %}{% generation %}{{ 1|nosuch }}{% endgeneration %}{% endif %}ok",
    "{% if false %}{% autoescape false %}{{ 1|nosuch }}{% endautoescape %}{% endif %}ok",
    "{% if false %}{{ [{'a': -xs[1|nosuch:]}, 1 < (2|nosuch), 1 ~ 2|nosuch, not f(*x|nosuch, a=1|nosuch)] }}{% endif %}ok",
    "{{ [{'a': xs[1|nosuch:]}] }}",
    "{{ undefinedvar and 1 < (2|nosuch) }}",
    "{{ xs|map('nosuch') is defined }}",
    "{% if xs %}{{ nosuch }}{{ nosuch is undefined }}{% endif %}",
    # dict is a type: an unknown attribute is a subscript, which is dict again.
    "{{ dict.from_keys([('a', 1)]) }}{{ dict['x']([('b', 2)], c=3) }}",
    "{{ dict.from_keys.again(d) }}",
    "{{ dict.fromkeys(['a', 'b']) }}{{ dict.fromkeys('ab', 0) }}{{ dict }}",
    "{{ dict.__class__ }}",
]


def main():
    probes = [{"template": "{{ " + e + " }}"} for e in EXPRESSIONS] + [{"template": t} for t in TEMPLATES]
    for probe in probes:
        probe.update(render(probe["template"], CONTEXT))
    # What Python prints with an address, or at random, is no reference.
    probes = [p for p in probes if " at 0x" not in p["expected"] and "|random" not in p["template"]]
    lines = ",\n".join(json.dumps(p, ensure_ascii=True) for p in probes)
    sys.stdout.write('{"jinja2": "%s",\n"context": %s,\n"probes": [\n%s\n]}\n'
                     % (jinja2.__version__, json.dumps(CONTEXT), lines))


if __name__ == "__main__":
    main()
