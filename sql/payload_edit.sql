-- changing payloads and selecting from them

-- payload_set: members are replaced, a null removes one
SELECT payload_set('{"a": 1, "b": {"c": 2}}', '{"a": null, "b": 3, "d": [1.0]}');
SELECT payload_set('{"a": {"b": {"x": 1}}}', '{"y": 2, "x": null}', 'a.b');
SELECT payload_set('{"a": 5}', '{"y": 2}', 'a.b."odd key"');
SELECT payload_set('{"a": [{"x": 1}, 7]}', '{"y": 2}', 'a[]');
SELECT payload_set('{"a": [{"x": 1}, {"x": 2}]}', '{"y": 2}', 'a[1]');
SELECT payload_set('{"a": [1]}', '{"y": 2}', 'a[4].b');
SELECT payload_set('{}', '{"y": 2}', 'a[]');
SELECT payload_set('{"a": 1}', NULL) IS NULL AS is_null;
SELECT payload_set('{}', '[1]');
SELECT payload_set('{}', '{"a": 1}', 'a..b');

-- payload_delete: an element of an array stays
SELECT payload_delete('{"a": {"b": 1, "c": 2}, "d": [1, 2], "e": [{"f": 1, "g": 2}, 3], "h": 1}',
	'{a.b, d[], e[].f, h.x, missing}');
SELECT payload_delete('{"a": [1, 2], "b": [{"x": 1}, {"x": 2}]}', '{a[0], b[1].x}');
SELECT payload_delete('{"a": 1}', ARRAY[NULL]);

-- payload_include, payload_exclude
SELECT payload_include('{"a": {"b": 1, "c": 2}, "d": [{"e": 1, "f": 2}, {"f": 3}, 4], "g": 1}', '{a.b, d[].e}');
SELECT payload_include('{"a": [{"b": 1}], "c": [1, 2]}', '{a.b, c}');
SELECT payload_include('{"a": [1, 2], "b": {"c": {"d": 1}}}', '{a[0], b}');
SELECT payload_include('{"a": 1}', '{}');
SELECT payload_exclude('{"a": {"b": 1, "c": 2}, "d": [{"e": 1, "f": 2}, {"f": 3}, 4], "g": 1}', '{a.b, d[].e, g}');
SELECT payload_exclude('{"a": [1, 2], "b": 1}', '{a[0]}');
SELECT payload_exclude('{"a": 1}', '{}');

-- values of a field
SELECT payload_integers('{"a": [1, 2.0, "x", 3, "1970-01-01T00:00:01Z"], "b": 4}', 'a'), payload_integers('{"b": 4}', 'b');
SELECT payload_floats('{"a": [1, 2.5, "x"], "b": [{"c": 1e3}]}', 'a'), payload_floats('{"b": [{"c": 1000.0}]}', 'b[].c');
SELECT payload_datetimes('{"a": [1, "1970-01-01T00:00:01Z", "x", "1970-01-02"]}', 'a');
SELECT payload_floats('{}', 'a');
