/*
 * tls_files.h: where the certificates of a listener lie.
 */
#pragma once

#include <chrono>
#include <string>

namespace vecext::api {

struct TlsFiles {
	std::string certificate, key;
	std::string client_ca;                   /* "": clients need no certificate */
	std::chrono::seconds reload_every{3600}; /* 0: never */
};

} /* namespace vecext::api */
