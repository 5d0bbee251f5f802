/*
 * speak.h - the language of messages and the bar of long work. Floor 9.
 *
 * Messages are written in English in the source and translated by gettext.
 * Italian is what people get unless their locale names another language; no
 * generated system locale is needed. Main thread only.
 */
#ifndef INC_TOOLS_SPEAK_H
#define INC_TOOLS_SPEAK_H

#include <libintl.h>
#include <stdint.h>

#include "engine/base/status.h"

#define _(text) gettext(text) /* NOLINT: gettext's own convention */

/* Choose the language: "it", "en", or NULL to ask the environment. Once, at
 * the start of main. */
void inc_tool_speak(const char *lang);
int inc_tool_italian(void);

/* Print an error for people on stderr; hands back the exit code. */
int inc_tool_complain(const struct inc_err *err);

/* A bar on stderr, drawn only when that is a terminal. */
void inc_tool_bar(const char *what, unsigned permille);
void inc_tool_bar_end(void);

/* 1234567 as "1.234.567" (Italian) or "1,234,567". */
const char *inc_tool_count(char out[32], uint64_t n);

#endif
