# rendering.py: a filter as SQL with parameters, by the rules of docs/filters.md
# ("Rendering a filter as SQL"). Field schemas are given as JSON.

import json
import re

from reference import conditions_of, steps_of

UUID = re.compile(r'[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}')


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def type_of(values, uuids):
    if not values or isinstance(values[0], str):
        return 'uuid' if uuids and values and all(UUID.fullmatch(value) for value in values) else 'keyword'
    return 'bool' if isinstance(values[0], bool) else 'integer'


class Rendering:
    """Collects parameters while it writes."""

    def __init__(self, schema, uuid_fields):
        self.schema, self.uuid_fields = schema, uuid_fields
        self.parameters = []

    def test(self, path, name, value, schema=None):
        self.parameters.append(json.dumps(value))
        end = ', ' + literal(json.dumps(schema)) if schema else ''
        return f"payload_test(payload, {literal(path)}, '{name}', ${len(self.parameters)}{end})"

    def match(self, path, match):
        (kind, value), = match.items()
        uuids = path in self.uuid_fields
        if kind == 'value':
            return self.test(path, 'match_' + type_of([value], uuids), value)
        if kind == 'any':
            return self.test(path, 'any_' + type_of(value, uuids), value)
        if kind == 'except':
            return self.test(path, 'except_' + type_of(value, False), value)
        fields = {known: field for known, field in self.schema.items() if steps_of(known) == steps_of(path)}
        return self.test(path, kind, value, fields)

    def range(self, path, bounds):
        times = any(isinstance(bound, str) for bound in bounds.values())
        return self.test(path, 'datetime_range' if times else 'range', bounds)

    def field(self, condition):
        path = condition['key']
        if condition.get('values_count') is not None:
            return self.test(path, 'values_count', condition['values_count'])
        for flag in ('is_empty', 'is_null'):
            if condition.get(flag) is not None:
                return self.test(path, 'field_' + flag, condition[flag])
        tests = [self.match(path, test) if key == 'match' else
                 self.range(path, test) if key == 'range' else self.test(path, key, test)
                 for key, test in condition.items() if key != 'key' and test is not None]
        return '(' + ' OR '.join(tests) + ')'

    def condition(self, condition):
        if 'key' in condition:
            return self.field(condition)
        if 'nested' in condition:
            nested = condition['nested']
            return self.test(nested['key'], 'nested', nested['filter'], self.schema)
        for name in ('is_empty', 'is_null'):
            if name in condition:
                return f"payload_test(payload, {literal(condition[name]['key'])}, '{name}')"
        return self.filter(condition)

    def filter(self, filter_):
        clauses = [self.condition(condition) for condition in conditions_of(filter_.get('must'))]
        clauses += ['NOT ' + self.condition(condition) for condition in conditions_of(filter_.get('must_not'))]
        should = [self.condition(condition) for condition in conditions_of(filter_.get('should'))]
        if should:
            clauses.append('(' + ' OR '.join(should) + ')')
        if filter_.get('min_should') is not None:
            counted = [self.condition(condition) + '::int' for condition in filter_['min_should']['conditions']]
            clauses.append(f"(0 + {' + '.join(counted) or '0'} >= {filter_['min_should']['min_count']})")
        return '(' + (' AND '.join(clauses) or 'true') + ')'
