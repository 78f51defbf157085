/*
 * vector.cpp: the C names of the SQL functions on vector. The bodies are templates in
 * dense_*.h, each named as here with dense for the type. vector_combine serves both types.
 */
#include "types/dense_arithmetic.h"
#include "types/dense_average.h"
#include "types/dense_casts.h"
#include "types/dense_distances.h"
#include "types/dense_io.h"
#include "types/dense_order.h"

using namespace vecext::types;

VECEXT_FUNCTION(vecext_vector_in)
{
	return dense_in<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_out)
{
	return dense_out<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_typmod_in)
{
	return dense_typmod_in<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_recv)
{
	return dense_recv<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_send)
{
	return dense_send<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector)
{
	return dense_cast<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_array_to_vector)
{
	return dense_from_array<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_to_float4)
{
	return dense_to_array<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_to_halfvec)
{
	return dense_convert<float, uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_l2_distance)
{
	return dense_l2_distance<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_l2_squared_distance)
{
	return dense_l2_squared_distance<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_inner_product)
{
	return dense_inner_product<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_negative_inner_product)
{
	return dense_negative_inner_product<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_cosine_distance)
{
	return dense_cosine_distance<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_spherical_distance)
{
	return dense_spherical_distance<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_l1_distance)
{
	return dense_l1_distance<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_dims)
{
	return dense_dims<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_norm)
{
	return dense_norm<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_normalize)
{
	return dense_normalize<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_binary_quantize)
{
	return dense_binary_quantize<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_subvector)
{
	return dense_subvector<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_add)
{
	return dense_add<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_sub)
{
	return dense_sub<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_mul)
{
	return dense_mul<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_concat)
{
	return dense_concat<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_lt)
{
	PG_RETURN_BOOL(compare_arguments<float>(fcinfo) < 0);
}

VECEXT_FUNCTION(vecext_vector_le)
{
	PG_RETURN_BOOL(compare_arguments<float>(fcinfo) <= 0);
}

VECEXT_FUNCTION(vecext_vector_eq)
{
	PG_RETURN_BOOL(compare_arguments<float>(fcinfo) == 0);
}

VECEXT_FUNCTION(vecext_vector_ne)
{
	PG_RETURN_BOOL(compare_arguments<float>(fcinfo) != 0);
}

VECEXT_FUNCTION(vecext_vector_ge)
{
	PG_RETURN_BOOL(compare_arguments<float>(fcinfo) >= 0);
}

VECEXT_FUNCTION(vecext_vector_gt)
{
	PG_RETURN_BOOL(compare_arguments<float>(fcinfo) > 0);
}

VECEXT_FUNCTION(vecext_vector_cmp)
{
	PG_RETURN_INT32(compare_arguments<float>(fcinfo));
}

VECEXT_FUNCTION(vecext_vector_hash)
{
	return dense_hash<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_hash_extended)
{
	return dense_hash_extended<float>(fcinfo);
}

VECEXT_FUNCTION(vecext_vector_accum)
{
	return dense_accum<float>(fcinfo, "vector_accum");
}

VECEXT_FUNCTION(vecext_vector_avg)
{
	return dense_avg<float>(fcinfo, "vector_avg");
}

VECEXT_FUNCTION(vecext_vector_combine)
{
	const AverageState a = average_state(PG_GETARG_DATUM(0), "vector_combine");
	const AverageState b = average_state(PG_GETARG_DATUM(1), "vector_combine");
	PG_RETURN_ARRAYTYPE_P(combine_states(a, b));
}
