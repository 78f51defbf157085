# reference.py: Qdrant's filter semantics once more, slowly and plainly, as
# docs/filters.md and Qdrant's documentation describe them; written without a look
# at the C++ evaluator, which filter_property.test.sh compares with it.
#
# Payloads and filters are JSON trees as Python reads them (int, float and bool are
# different types). A schema maps paths of text fields to the least token length.

import datetime
import math
import re

EARTH_RADIUS = 6371008.8


def steps_of(path):
    """A path as a list of keys (str), indexes (int) and None for []."""
    steps, rest = [], path
    while rest:
        part = re.match(r'\.?"([^"]*)"|\.?([\w-]+)|\[(\d*)\]', rest)
        quoted, bare, index = part.groups()
        if index is not None:
            steps.append(int(index) if index else None)
        else:
            steps.append(bare if quoted is None else quoted)
        rest = rest[part.end():]
    return steps


def values_at(steps, value):
    if not steps:
        return [value]
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        return values_at(rest, value[step]) if isinstance(value, dict) and step in value else []
    if not isinstance(value, list):
        return []
    if step is None:
        return [found for element in value for found in values_at(rest, element)]
    return values_at(rest, value[step]) if step < len(value) else []


def items_at(steps, payload):
    """Values with the elements of a trailing array in its place."""
    items = []
    for value in values_at(steps, payload):
        items += value if isinstance(value, list) else [value]
    return items


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool) and -2**63 <= value < 2**63


def equals(value, wanted):
    if isinstance(wanted, bool):
        return isinstance(value, bool) and value == wanted
    if isinstance(wanted, str):
        return isinstance(value, str) and value == wanted
    return is_integer(value) and value == wanted


def tokens_of(text, least):
    return [token for token in re.findall(r'[^\W_]+', text.lower()) if len(token) >= least]


def contains_run(tokens, wanted):
    return any(tokens[i:i + len(wanted)] == wanted for i in range(len(tokens) - len(wanted) + 1))


def found_in_document(kind, text, strings, least):
    tokens = [token for string in strings for token in tokens_of(string, least)]
    wanted = tokens_of(text, least)
    if not wanted:
        return False
    if kind == 'text':
        return all(token in tokens for token in wanted)
    if kind == 'text_any':
        return any(token in tokens for token in wanted)
    return contains_run(tokens, wanted)


def passes_text(kind, text, items, least, nested):
    strings = [item for item in items if isinstance(item, str)]
    if least is None:
        if kind == 'text_any':
            return any(word in string for word in text.split() for string in strings)
        return any(text in string for string in strings)
    if nested:
        return any(found_in_document(kind, text, [string], least) for string in strings)
    return found_in_document(kind, text, strings, least)


def passes_match(match, items, least, nested):
    (kind, wanted), = match.items()
    if kind == 'value':
        return any(equals(item, wanted) for item in items)
    if kind == 'any':
        return any(equals(item, one) for item in items for one in wanted)
    if kind == 'except':
        return any(item is not None and not any(equals(item, one) for one in wanted) for item in items)
    if kind == 'prefix':
        return any(isinstance(item, str) and item.startswith(wanted) for item in items)
    return passes_text(kind, wanted, items, least, nested)


def microseconds(text):
    """Of a datetime since 1970, or None."""
    form = re.fullmatch(r'(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?', text)
    if not form:
        return None
    year, month, day, hour, minute, second, fraction, offset = form.groups()
    try:
        time = datetime.datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    total = (time - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)
    total += int(((fraction or '') + '000000')[:6])
    if offset and offset != 'Z':
        shift = (int(offset[1:3]) * 60 + int(offset[4:6])) * 60000000
        total += -shift if offset[0] == '+' else shift
    return total


def within(value, bounds, convert):
    tests = {'gt': value.__gt__, 'gte': value.__ge__, 'lt': value.__lt__, 'lte': value.__le__}
    return all(bound is None or tests[key](convert(bound)) for key, bound in bounds.items())


def passes_range(bounds, items):
    if any(isinstance(bound, str) for bound in bounds.values()):
        times = [microseconds(item) for item in items if isinstance(item, str)]
        return any(time is not None and within(time, bounds, microseconds) for time in times)
    return any(within(float(item), bounds, float) for item in items if is_number(item))


def point_of(item):
    if not isinstance(item, dict) or not is_number(item.get('lon')) or not is_number(item.get('lat')):
        return None
    on_earth = -180 <= item['lon'] <= 180 and -90 <= item['lat'] <= 90
    return (float(item['lon']), float(item['lat'])) if on_earth else None


def distance(a, b):
    lon_a, lat_a, lon_b, lat_b = (math.radians(angle) for angle in a + b)
    half = math.sin((lat_b - lat_a) / 2)**2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2)**2
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(half))


def in_box(box, point):
    left, top = point_of(box['top_left'])
    right, bottom = point_of(box['bottom_right'])
    lon, lat = point
    across = lon > left or lon < right if left > right else left < lon < right
    return across and bottom < lat < top


def in_ring(ring, point):
    """By the sum of crossings of a ray to the east; borders are not tested."""
    inside = False
    corners = [point_of(corner) for corner in ring['points']]
    for (lon_a, lat_a), (lon_b, lat_b) in zip(corners, corners[1:]):
        if (lat_a > point[1]) != (lat_b > point[1]):
            inside ^= point[0] < lon_a + (point[1] - lat_a) * (lon_b - lon_a) / (lat_b - lat_a)
    return inside


def passes_geo(kind, region, items):
    points = [point for point in map(point_of, items) if point]
    if kind == 'geo_bounding_box':
        return any(in_box(region, point) for point in points)
    if kind == 'geo_radius':
        return any(distance(point_of(region['center']), point) < region['radius'] for point in points)
    holes = region.get('interiors') or []
    return any(in_ring(region['exterior'], point) and not any(in_ring(hole, point) for hole in holes)
               for point in points)


def count_of(value):
    return 0 if value is None else len(value) if isinstance(value, list) else 1


def is_empty(value):
    return value is None or value == []


def is_null(value):
    return value is None or (isinstance(value, list) and None in value)


def passes_field(condition, payload, schema, nesting):
    steps = steps_of(condition['key'])
    values = values_at(steps, payload)
    if condition.get('values_count') is not None:
        counts = [count_of(value) for value in values] or [0]
        return any(within(count, condition['values_count'], int) for count in counts)
    if condition.get('is_empty') is not None:
        return any(state == condition['is_empty'] for state in [is_empty(value) for value in values] or [True])
    if condition.get('is_null') is not None:
        return any(state == condition['is_null'] for state in [is_null(value) for value in values] or [False])
    items = items_at(steps, payload)
    least = schema.get(tuple(nesting + steps))
    tests = {key: test for key, test in condition.items() if key != 'key' and test is not None}
    return any(passes_match(test, items, least, bool(nesting)) if key == 'match' else
               passes_range(test, items) if key == 'range' else passes_geo(key, test, items)
               for key, test in tests.items())


def passes_nested(nested, payload, schema, nesting):
    steps = steps_of(nested['key'])
    if steps[-1] is not None:
        steps = steps + [None]
    return any(isinstance(value, dict) and passes(nested['filter'], value, schema, nesting + steps)
               for value in values_at(steps, payload))


def holds(condition, payload, schema, nesting):
    if 'key' in condition:
        return passes_field(condition, payload, schema, nesting)
    if 'nested' in condition:
        return passes_nested(condition['nested'], payload, schema, nesting)
    if 'is_empty' in condition:
        return all(is_empty(value) for value in values_at(steps_of(condition['is_empty']['key']), payload))
    if 'is_null' in condition:
        return any(is_null(value) for value in values_at(steps_of(condition['is_null']['key']), payload))
    return passes(condition, payload, schema, nesting)


def conditions_of(clause):
    return [] if clause is None else clause if isinstance(clause, list) else [clause]


def passes(filter_, payload, schema, nesting=[]):
    verdicts = {name: [holds(condition, payload, schema, nesting) for condition in conditions_of(filter_.get(name))]
                for name in ('must', 'should', 'must_not')}
    least = filter_.get('min_should')
    enough = True
    if least is not None:
        enough = sum(holds(condition, payload, schema, nesting) for condition in least['conditions']) >= least['min_count']
    should = verdicts['should']
    return all(verdicts['must']) and (not should or any(should)) and not any(verdicts['must_not']) and enough
