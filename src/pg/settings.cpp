/*
 * settings.cpp: the setting vecext.simd, which shows and forces the instruction
 * set that the kernels use.
 */
#include "pg/compat.h"

extern "C" {
#include "utils/guc.h"
}

#include "pg/settings.h"
#include "vecext/kernels.h"

namespace vecext::pg {

namespace {

constexpr int kAuto = -1;

int simd_setting = kAuto;

const config_enum_entry simd_choices[] = {
	{"auto", kAuto, false},
	{"portable", static_cast<int>(InstructionSet::kPortable), false},
	{"avx2", static_cast<int>(InstructionSet::kAvx2), false},
	{"avx512", static_cast<int>(InstructionSet::kAvx512), false},
	{nullptr, 0, false},
};

InstructionSet chosen_set(int setting)
{
	return setting == kAuto ? best_instruction_set() : static_cast<InstructionSet>(setting);
}

bool check_simd(int *value, void **, GucSource)
{
	if (kernels_for(chosen_set(*value)) != nullptr)
		return true;
	GUC_check_errdetail("This server's CPU or this build of vecext does not have the instruction set.");
	return false;
}

void assign_simd(int value, void *)
{
	select_kernels(chosen_set(value));
}

/* "auto" is shown as what it chose. */
const char *show_simd()
{
	return kernels().name;
}

} /* namespace */

void define_settings()
{
	DefineCustomEnumVariable("vecext.simd", "Instruction set of the distance kernels.",
							 "\"auto\" takes the best one that the CPU has; the setting shows the one in use.",
							 &simd_setting, kAuto, simd_choices, PGC_USERSET, 0, check_simd, assign_simd, show_simd);
}

} /* namespace vecext::pg */
