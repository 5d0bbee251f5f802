/* Fuzz: any bytes as a configuration file; what is accepted must mean the same
 * after it was printed and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/daemon/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Texts that the file form cannot say: printing is for people then. */
static int
can_be_written(const struct inc_config *c)
{
    for (int s = 0; s < INC_SETTINGS; s++) {
        const char *text = c->value[s].text;

        if (text != NULL && (text[0] == '#' || strstr(text, " #") != NULL ||
                             strstr(text, "\t#") != NULL))
            return 0;
    }
    return 1;
}

static void
must(int yes)
{
    if (!yes)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inc_config c = {0}, again = {0};
    struct inc_buf text = {0};
    struct inc_err err = {0};

    if (inc_config_file(&c, "fuzz", data, size, &err) != INC_OK) {
        must(err.what[0] != '\0' && err.status != INC_OK);
    } else if (inc_config_finish(&c, &err) == INC_OK && can_be_written(&c)) {
        inc_config_print(&c, &text);
        must(inc_config_file(&again, "again", text.data, text.len, &err) ==
             INC_OK);
        must(inc_config_finish(&again, &err) == INC_OK);
        for (int s = 0; s < INC_SETTINGS; s++)
            must(strcmp(c.value[s].text, again.value[s].text) == 0);
    }
    inc_buf_release(&text);
    inc_config_release(&c);
    inc_config_release(&again);
    return 0;
}
