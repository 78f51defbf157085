/*
 * payload_tree.cpp: see payload_tree.h.
 */
#include "filter/payload_tree.h"

namespace vecext::pg {

namespace {

template <class T> void grow(T **data, int size, int *capacity)
{
	if (size < *capacity)
		return;
	*capacity = *capacity ? *capacity * 2 : 8;
	const Size bytes = sizeof(T) * static_cast<Size>(*capacity);
	*data = static_cast<T *>(*data ? repalloc(*data, bytes) : palloc(bytes));
}

PayloadMember *append_member(PayloadNode *object, std::string_view key)
{
	grow(&object->members, object->size, &object->capacity);
	PayloadMember *member = &object->members[object->size++];
	*member = PayloadMember();
	member->key = key;
	member->value.scalar.type = jbvNull;
	return member;
}

PayloadNode read_node(JsonbIterator **at, JsonbIteratorToken token, const JsonbValue &value);

PayloadNode read_array(JsonbIterator **at)
{
	PayloadNode array = empty_node(PayloadNode::kArray);
	JsonbValue value;
	JsonbIteratorToken token;
	while ((token = JsonbIteratorNext(at, &value, false)) != WJB_END_ARRAY)
		append_item(&array, read_node(at, token, value));
	return array;
}

PayloadNode read_object(JsonbIterator **at)
{
	PayloadNode object = empty_node(PayloadNode::kObject);
	JsonbValue value;
	while (JsonbIteratorNext(at, &value, false) != WJB_END_OBJECT) {
		const std::string_view key(value.val.string.val, static_cast<size_t>(value.val.string.len));
		const JsonbIteratorToken token = JsonbIteratorNext(at, &value, false);
		const PayloadNode member = read_node(at, token, value);
		append_member(&object, key)->value = member;
	}
	return object;
}

PayloadNode read_node(JsonbIterator **at, JsonbIteratorToken token, const JsonbValue &value)
{
	check_stack_depth();
	if (token == WJB_BEGIN_ARRAY)
		return read_array(at);
	if (token == WJB_BEGIN_OBJECT)
		return read_object(at);
	PayloadNode node;
	node.scalar = value;
	return node;
}

JsonbValue key_value(std::string_view key)
{
	JsonbValue value = {};
	value.type = jbvString;
	value.val.string.val = const_cast<char *>(key.data());
	value.val.string.len = static_cast<int>(key.size());
	return value;
}

/* `as`: what a scalar is within its container, WJB_ELEM or WJB_VALUE. */
JsonbValue *push(JsonbParseState **state, const PayloadNode &node, JsonbIteratorToken as)
{
	check_stack_depth();
	if (node.kind == PayloadNode::kScalar) {
		JsonbValue scalar = node.scalar;
		return pushJsonbValue(state, as, &scalar);
	}
	const bool is_array = node.kind == PayloadNode::kArray;
	pushJsonbValue(state, is_array ? WJB_BEGIN_ARRAY : WJB_BEGIN_OBJECT, nullptr);
	for (int i = 0; i < node.size; i++) {
		if (is_array) {
			push(state, node.items[i], WJB_ELEM);
			continue;
		}
		JsonbValue key = key_value(node.members[i].key);
		pushJsonbValue(state, WJB_KEY, &key);
		push(state, node.members[i].value, WJB_VALUE);
	}
	return pushJsonbValue(state, is_array ? WJB_END_ARRAY : WJB_END_OBJECT, nullptr);
}

} /* namespace */

PayloadNode to_tree(const Jsonb *jsonb)
{
	JsonbIterator *at = JsonbIteratorInit(const_cast<JsonbContainer *>(&jsonb->root));
	JsonbValue value;
	const JsonbIteratorToken token = JsonbIteratorNext(&at, &value, false);
	return read_node(&at, token, value);
}

Jsonb *to_jsonb(const PayloadNode &root)
{
	if (root.kind == PayloadNode::kScalar) {
		JsonbValue scalar = root.scalar;
		return JsonbValueToJsonb(&scalar);
	}
	JsonbParseState *state = nullptr;
	return JsonbValueToJsonb(push(&state, root, WJB_ELEM));
}

PayloadNode empty_node(PayloadNode::Kind kind)
{
	PayloadNode node;
	node.kind = kind;
	return node;
}

PayloadNode *find_member(PayloadNode *object, std::string_view key)
{
	for (int i = 0; i < object->size; i++)
		if (object->members[i].key == key)
			return &object->members[i].value;
	return nullptr;
}

PayloadNode *ensure_member(PayloadNode *object, std::string_view key)
{
	PayloadNode *member = find_member(object, key);
	return member ? member : &append_member(object, key)->value;
}

void remove_member(PayloadNode *object, std::string_view key)
{
	int kept = 0;
	for (int i = 0; i < object->size; i++)
		if (object->members[i].key != key)
			object->members[kept++] = object->members[i];
	object->size = kept;
}

void append_item(PayloadNode *array, const PayloadNode &item)
{
	grow(&array->items, array->size, &array->capacity);
	array->items[array->size++] = item;
}

} /* namespace vecext::pg */
