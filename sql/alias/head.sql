-- vecext as extension vector: assembled from the same parts as vecext itself

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION vector" to load this file. \quit

