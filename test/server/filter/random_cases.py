# random_cases.py: random payloads and filters, with the rows that the reference
# evaluator finds, for filter_property.test.sh.
#
# usage: random_cases.py SEED PAYLOADS FILTERS DIRECTORY
#
# Writes DIRECTORY/payloads.tsv (id, payload) and filters.tsv (n, filter, field
# schema, condition in SQL, its parameters as an array, ids of the rows that pass),
# in the text format of COPY. Values come from small pools, so that conditions meet
# them often; odd types, nulls and arrays are everywhere.

import json
import random
import sys

from reference import passes, steps_of
from rendering import Rendering

CITIES = ['Berlin', 'Paris', 'berlin', 'Łódź', '', 'New York', 'x' * 300 + 'a', 'x' * 300 + 'b']
WORDS = ['alpha', 'Beta', 'gamma', 'a', 'delta-x', 'ÉCOLE', '42']
TIMES = ['2021-03-04', '2021-03-04T05:06', '2021-03-04 05:06:07', '2021-03-04T05:06:07Z', '2021-03-04T05:06:07.5Z',
         '2021-03-04T05:06:07.123456789+02:00', '2021-03-03T23:06:07-06:00', '1969-12-31T23:59:59.999999Z',
         '2024-02-29', '2023-02-29', '2021-13-01', 'soon', '2021-03-04T25:00:00Z']
GOOD_TIMES = TIMES[:9]
UUIDS = ['550e8400-e29b-41d4-a716-446655440000', '550E8400-E29B-41D4-A716-446655440000',
         '550e8400e29b41d4a716446655440000', '6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'no uuid']
INTEGERS = [-3, -1, 0, 1, 2, 3, 7, 2**53, 2**53 + 1, 2**60, 2**60 - 1, -2**60 - 1, 2**62 + 1, 2**63 - 1, -2**63]
FLOATS = [-1.5, -1.0, 0.5, 1.0, 1.5, 2.0, 2.25, 3.75, 7.0, 1e-7, 123456789.125]
SCHEMA = {'text': {'type': 'text', 'min_token_len': 2}, 'list[].t': {'type': 'text'}, 'list[].k': 'integer',
          'list[].c': 'keyword', 'city': 'keyword'}
LEAST_TOKENS = {tuple(steps_of('text')): 2, tuple(steps_of('list[].t')): 0}
UUID_FIELDS = {'ref'}

rng = random.Random(int(sys.argv[1]))
pick = rng.choice


def maybe(share):
    return rng.random() < share


def degrees(limit):
    return pick([round(rng.uniform(-limit, limit), 3), rng.randint(-limit, limit)])


def point(slip=0.0):
    if maybe(slip):
        return pick([{'lon': 200, 'lat': 0}, {'lon': '1', 'lat': 2}, {'lat': 3}, 5, None])
    return {'lon': degrees(180), 'lat': degrees(90)}


def phrase():
    return pick([' ', ', ', '  ']).join(pick(WORDS) for _ in range(rng.randint(0, 4)))


def one(kind):
    if maybe(0.08):
        return pick([None, True, 'x', 3, 2.5, {}, {'k': 1}, [], [[1]], '2021-03-04'])
    return {'city': lambda: pick(CITIES), 'n': lambda: pick(INTEGERS + FLOATS), 'f': lambda: pick(FLOATS + [1, 2]),
            'on': lambda: maybe(0.5), 'since': lambda: pick(TIMES), 'ref': lambda: pick(UUIDS),
            'at': lambda: point(0.15), 'text': phrase, 'raw': phrase}[kind]()


def field(kind):
    return [one(kind) for _ in range(rng.randint(0, 3))] if maybe(0.3) else one(kind)


def entry():
    return {key: value for key, value in (('k', field('n')), ('c', field('city')), ('t', field('text')),
                                          ('at', field('at')), ('sub', {'deep': [one('n'), one('city')]}))
            if maybe(0.7)}


def payload():
    if maybe(0.03):
        return pick([{}, [], None, 5, 'Berlin', [{'city': 'Berlin'}]])
    made = {kind: field(kind) for kind in ('city', 'n', 'f', 'on', 'since', 'ref', 'at', 'text', 'raw') if maybe(0.8)}
    made['list'] = [entry() for _ in range(rng.randint(0, 3))] if maybe(0.8) else one('n')
    made['a b'] = {'c.d': field('n'), 'e': [[1, 2], [3]]}
    return made


def bounds(values):
    keys = rng.sample(['gt', 'gte', 'lt', 'lte'], rng.randint(1, 2))
    made = {key: pick(values) for key in keys}
    if maybe(0.1):
        made['lt'] = None
    return made


def ring():
    lon, lat, width, height = rng.uniform(-170, 100), rng.uniform(-80, 40), rng.uniform(5, 70), rng.uniform(5, 40)
    corners = [(lon, lat), (lon + width, lat + height / 3), (lon + width * 0.8, lat + height), (lon + width / 3, lat + height / 2)]
    return {'points': [{'lon': x, 'lat': y} for x, y in corners + corners[:1]]}


def region():
    kind = pick(['geo_bounding_box', 'geo_radius', 'geo_polygon'])
    if kind == 'geo_radius':
        return kind, {'center': point(), 'radius': pick([10.0, 500000, 3e6, 1.5e7])}
    if kind == 'geo_polygon':
        return kind, {'exterior': ring(), 'interiors': [ring()] if maybe(0.4) else None}
    lats = sorted([degrees(90), degrees(90)])
    while lats[0] == lats[1]:
        lats = sorted([degrees(90), degrees(90)])
    return kind, {'top_left': {'lon': degrees(180), 'lat': lats[1]}, 'bottom_right': {'lon': degrees(180), 'lat': lats[0]}}


def pool(kind):
    return {'city': CITIES, 'n': INTEGERS, 'f': [1, 2], 'ref': UUIDS, 'text': WORDS, 'raw': WORDS, 'since': TIMES,
            'on': [True, False]}.get(kind, CITIES)


def some_of(kind):
    values = pool(kind) if kind not in ('on', 'at') else INTEGERS
    return [pick(values) for _ in range(rng.randint(0, 4))]


def match(kind):
    if kind in ('text', 'raw') and maybe(0.8):
        return {pick(['text', 'text_any', 'phrase']): phrase()}
    if kind == 'on':
        return {'value': maybe(0.5)}
    return pick([lambda: {'value': pick(pool(kind))}, lambda: {'any': some_of(kind)}, lambda: {'except': some_of(kind)},
                 lambda: {'prefix': pick(['', 'B', 'x' * 300, '5', 'a'])}, lambda: {'text': pick(['er', 'x', ''])}])()


def test(kind):
    if kind == 'at':
        return dict([region()])
    if kind == 'since':
        return {'range': bounds(GOOD_TIMES)}
    if kind in ('n', 'f') and maybe(0.6):
        return {'range': bounds(INTEGERS + FLOATS)}
    return {'match': match(kind)}


def field_condition(paths):
    path, kind = pick(paths)
    made = {'key': path}
    made.update(test(kind))
    if maybe(0.1):
        made.update(pick([dict([region()]), {'range': bounds(FLOATS)}, {'match': match(kind)}]))
    if maybe(0.15):
        made.update(pick([{'values_count': bounds([0, 1, 2, 3])}, {'is_empty': maybe(0.5)}, {'is_null': maybe(0.5)},
                          {'range': None}]))
        if 'range' in made and len(made) == 2 and made['range'] is None:
            made.update({'match': {'value': 1}})
    return made


TOP = [(kind, kind) for kind in ('city', 'n', 'f', 'on', 'since', 'ref', 'at', 'text', 'raw')] * 3 + [
    ('list[].k', 'n'), ('list[].c', 'city'), ('list[].t', 'text'), ('list[1].k', 'n'), ('list.k', 'n'),
    ('"a b"."c.d"', 'n'), ('"a b".e[]', 'n'), ('list[].sub.deep[0]', 'n'), ('missing', 'city'), ('"city"', 'city')]
BELOW = [('k', 'n'), ('c', 'city'), ('t', 'text'), ('at', 'at'), ('sub.deep[1]', 'city')]


def condition(paths, depth):
    draw = rng.random()
    if draw < 0.1:
        return {pick(['is_empty', 'is_null']): {'key': pick(paths)[0]}}
    if draw < 0.2 and paths is TOP:
        return {'nested': {'key': pick(['list', 'list[]']), 'filter': filter_of(BELOW, depth + 1)}}
    if draw < 0.32 and depth < 3:
        return filter_of(paths, depth + 1)
    return field_condition(paths)


def clause(paths, depth, longest):
    made = [condition(paths, depth) for _ in range(rng.randint(1, longest))]
    return made[0] if len(made) == 1 and maybe(0.3) else made


def filter_of(paths, depth):
    made = {}
    if maybe(0.6):
        made['must'] = clause(paths, depth, 2)
    if maybe(0.35):
        made['should'] = clause(paths, depth, 3)
    if maybe(0.25):
        made['must_not'] = clause(paths, depth, 2)
    if maybe(0.12):
        made['min_should'] = {'conditions': [condition(paths, depth) for _ in range(rng.randint(0, 4))],
                              'min_count': rng.randint(1, 3)}
    if not made and maybe(0.8):
        return filter_of(paths, depth)
    if maybe(0.05):
        made[pick(['must', 'should', 'must_not'])] = pick([None, []])
    return made


def copied(text):
    return text.replace('\\', '\\\\').replace('\t', '\\t').replace('\n', '\\n')


def array(texts):
    return '{' + ','.join('"' + text.replace('\\', '\\\\').replace('"', '\\"') + '"' for text in texts) + '}'


def main():
    n_payloads, n_filters, directory = int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    payloads = [payload() for _ in range(n_payloads)]
    with open(directory + '/payloads.tsv', 'w', encoding='utf-8') as out:
        for i, made in enumerate(payloads):
            out.write(f'{i}\t{copied(json.dumps(made))}\n')
    with open(directory + '/filters.tsv', 'w', encoding='utf-8') as out:
        for n in range(n_filters):
            made = filter_of(TOP, 0)
            rendering = Rendering(SCHEMA, UUID_FIELDS)
            sql = rendering.filter(made)
            ids = [str(i) for i, one_payload in enumerate(payloads) if passes(made, one_payload, LEAST_TOKENS)]
            columns = [str(n), json.dumps(made), json.dumps(SCHEMA), sql, array(rendering.parameters), '{' + ','.join(ids) + '}']
            out.write('\t'.join(copied(column) for column in columns) + '\n')


main()
