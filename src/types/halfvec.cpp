/*
 * halfvec.cpp: the C names of the SQL functions on halfvec. The bodies are templates in
 * dense_*.h, each named as here with dense for the type.
 */
#include "types/dense_arithmetic.h"
#include "types/dense_average.h"
#include "types/dense_casts.h"
#include "types/dense_distances.h"
#include "types/dense_io.h"
#include "types/dense_order.h"

using namespace vecext::types;

VECEXT_FUNCTION(vecext_halfvec_in)
{
	return dense_in<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_out)
{
	return dense_out<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_typmod_in)
{
	return dense_typmod_in<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_recv)
{
	return dense_recv<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_send)
{
	return dense_send<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec)
{
	return dense_cast<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_array_to_halfvec)
{
	return dense_from_array<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_to_float4)
{
	return dense_to_array<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_to_vector)
{
	return dense_convert<uint16_t, float>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_l2_distance)
{
	return dense_l2_distance<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_l2_squared_distance)
{
	return dense_l2_squared_distance<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_inner_product)
{
	return dense_inner_product<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_negative_inner_product)
{
	return dense_negative_inner_product<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_cosine_distance)
{
	return dense_cosine_distance<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_spherical_distance)
{
	return dense_spherical_distance<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_l1_distance)
{
	return dense_l1_distance<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_dims)
{
	return dense_dims<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_norm)
{
	return dense_norm<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_normalize)
{
	return dense_normalize<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_binary_quantize)
{
	return dense_binary_quantize<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_subvector)
{
	return dense_subvector<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_add)
{
	return dense_add<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_sub)
{
	return dense_sub<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_mul)
{
	return dense_mul<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_concat)
{
	return dense_concat<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_lt)
{
	PG_RETURN_BOOL(compare_arguments<uint16_t>(fcinfo) < 0);
}

VECEXT_FUNCTION(vecext_halfvec_le)
{
	PG_RETURN_BOOL(compare_arguments<uint16_t>(fcinfo) <= 0);
}

VECEXT_FUNCTION(vecext_halfvec_eq)
{
	PG_RETURN_BOOL(compare_arguments<uint16_t>(fcinfo) == 0);
}

VECEXT_FUNCTION(vecext_halfvec_ne)
{
	PG_RETURN_BOOL(compare_arguments<uint16_t>(fcinfo) != 0);
}

VECEXT_FUNCTION(vecext_halfvec_ge)
{
	PG_RETURN_BOOL(compare_arguments<uint16_t>(fcinfo) >= 0);
}

VECEXT_FUNCTION(vecext_halfvec_gt)
{
	PG_RETURN_BOOL(compare_arguments<uint16_t>(fcinfo) > 0);
}

VECEXT_FUNCTION(vecext_halfvec_cmp)
{
	PG_RETURN_INT32(compare_arguments<uint16_t>(fcinfo));
}

VECEXT_FUNCTION(vecext_halfvec_hash)
{
	return dense_hash<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_hash_extended)
{
	return dense_hash_extended<uint16_t>(fcinfo);
}

VECEXT_FUNCTION(vecext_halfvec_accum)
{
	return dense_accum<uint16_t>(fcinfo, "halfvec_accum");
}

VECEXT_FUNCTION(vecext_halfvec_avg)
{
	return dense_avg<uint16_t>(fcinfo, "halfvec_avg");
}
