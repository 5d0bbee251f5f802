#include "engine/train/terms.h"

#include <math.h>
#include <string.h>

#include "engine/base/map.h"
#include "engine/base/mem.h"
#include "engine/text/words.h"

#define STOP (UINT32_MAX - 1) /* in the place of a column */

enum { IN_SKILLS_MIN = 2, CHUNK_BYTES = 1 << 16 };

/* Longer than the list for searching (engine/text): descriptions are full of
 * words that say nothing of a skill. On match-dev the two lists differ by less
 * than two seeds do. Folded, English and Italian. */
static const char *const function_words[] = {
    /* English */
    "the", "and", "for", "from", "with", "without", "within", "into", "onto",
    "upon", "about", "above", "across", "after", "against", "along", "among",
    "around", "before", "behind", "below", "beneath", "beside", "besides",
    "between", "beyond", "down", "during", "except", "inside", "near", "off",
    "out", "outside", "over", "past", "per", "since", "through", "throughout",
    "till", "toward", "towards", "under", "until", "via", "this", "that",
    "these", "those", "they", "them", "their", "theirs", "themselves", "she",
    "her", "hers", "herself", "him", "his", "himself", "its", "itself", "you",
    "your", "yours", "our", "ours", "who", "whom", "whose", "which", "what",
    "when", "where", "whether", "while", "why", "how", "are", "was", "were",
    "been", "being", "has", "have", "had", "having", "does", "did", "doing",
    "done", "can", "could", "may", "might", "must", "shall", "should", "will",
    "would", "not", "nor", "but", "yet", "also", "all", "any", "both", "each",
    "either", "neither", "every", "everything", "few", "many", "more", "most",
    "much", "none", "one", "two", "other", "others", "another", "own", "same",
    "several", "some", "such", "than", "then", "there", "thereby", "therefore",
    "thus", "too", "very", "well", "however", "here", "hereby", "again", "only",
    "once", "already", "always", "often", "even", "ever", "never", "else",
    "etc", "because", "though", "although", "unless", "whereas", "whereby",
    "wherein", "whenever", "wherever", "whatever", "whichever", "least", "less",
    "enough", "rather", "quite", "just", "still", "further", "otherwise",
    "together",
    /* Italian */
    "dell", "dall", "nell", "sull", "che", "chi", "cui", "con", "per", "tra",
    "fra", "del", "dello", "della", "dei", "degli", "delle", "dal", "dallo",
    "dalla", "dai", "dagli", "dalle", "nel", "nello", "nella", "nei", "negli",
    "nelle", "sul", "sullo", "sulla", "sui", "sugli", "sulle", "allo", "alla",
    "agli", "alle", "gli", "una", "uno", "non", "come", "anche", "loro", "suo",
    "sua", "suoi", "sue", "questo", "questa", "questi", "queste", "quello",
    "quella", "quelli", "quelle", "quale", "quali", "dove", "quando", "mentre",
    "oppure", "ovvero", "nonche", "essere", "sono", "stato", "stata", "piu",
    "ogni", "altri", "altre", "altro", "altra", "eccetera", "ecc"};

/* The words' own bytes: the map only borrows its keys. */
struct chunk {
    struct chunk *next;
    size_t used;
    char bytes[CHUNK_BYTES];
};

struct terms {
    struct inc_map number; /* word -> column, or STOP */
    struct chunk *chunks;
    uint32_t count;
    struct inc_entries entries;
    int no_memory;
};

static const char *
keep(struct terms *w, const char *word, size_t len)
{
    struct chunk *c = w->chunks;
    char *at;

    if (c == NULL || c->used + len > sizeof c->bytes) {
        c = inc_mem_zero(1, sizeof *c);
        if (c == NULL)
            return NULL;
        c->next = w->chunks;
        w->chunks = c;
    }
    at = c->bytes + c->used;
    memcpy(at, word, len);
    c->used += len;
    return at;
}

static void
add_word(struct terms *w, uint32_t skill, const char *word, size_t len,
         float times)
{
    uint32_t col = inc_map_get(&w->number, word, len);

    if (col == STOP)
        return;
    if (col == INC_MAP_NONE) {
        const char *key = keep(w, word, len);
        if (key == NULL ||
            inc_map_add(&w->number, key, len, w->count, NULL) != INC_OK) {
            w->no_memory = 1;
            return;
        }
        col = w->count++;
    }
    inc_entries_add(&w->entries, skill, col, times);
}

static void
add_text(struct terms *w, uint32_t skill, const char *text, float times)
{
    struct inc_words words = inc_words_of(text, strlen(text));
    const char *word;
    size_t len;

    while (!w->no_memory && inc_words_next(&words, &word, &len))
        add_word(w, skill, word, len, times);
}

/* The first language that has the text; -1 when none does. */
static int
language_of(const struct inc_taxonomy *t, int english, uint32_t skill,
            int (*has)(const struct inc_taxonomy *t, uint32_t skill, int lang))
{
    int count = (int)inc_taxonomy_languages(t);

    if (english >= 0 && has(t, skill, english))
        return english;
    for (int l = 0; l < count; l++)
        if (has(t, skill, l))
            return l;
    return -1;
}

static int
has_alts(const struct inc_taxonomy *t, uint32_t skill, int lang)
{
    const char *const *alts;

    return inc_concept_alts(t, INC_PILLAR_SKILL, skill, lang, &alts) > 0;
}

static int
has_description(const struct inc_taxonomy *t, uint32_t skill, int lang)
{
    return inc_concept_description(t, INC_PILLAR_SKILL, skill, lang)[0] != '\0';
}

static void
add_skill(struct terms *w, const struct inc_taxonomy *t, int english,
          uint32_t skill)
{
    const char *const *alts;
    const char *label = inc_concept_label(t, INC_PILLAR_SKILL, skill,
                                          english < 0 ? 0 : english);
    int lang;

    /* A concept without any label shows its URI, which is no text. */
    if (strcmp(label, inc_concept_uri(t, INC_PILLAR_SKILL, skill)) != 0)
        add_text(w, skill, label, 2.0F);
    lang = language_of(t, english, skill, has_alts);
    if (lang >= 0) {
        size_t n = inc_concept_alts(t, INC_PILLAR_SKILL, skill, lang, &alts);
        for (size_t i = 0; i < n; i++)
            add_text(w, skill, alts[i], 1.0F);
    }
    lang = language_of(t, english, skill, has_description);
    if (lang >= 0)
        add_text(w, skill,
                 inc_concept_description(t, INC_PILLAR_SKILL, skill, lang),
                 1.0F);
}

static enum inc_status
add_function_words(struct terms *w)
{
    enum inc_status st = INC_OK;
    size_t count = sizeof function_words / sizeof function_words[0];

    for (size_t i = 0; i < count && st == INC_OK; i++)
        st = inc_map_add(&w->number, function_words[i],
                         strlen(function_words[i]), STOP, NULL);
    return st;
}

static void
release(struct terms *w)
{
    while (w->chunks != NULL) {
        struct chunk *next = w->chunks->next;
        inc_mem_free(w->chunks);
        w->chunks = next;
    }
    inc_map_release(&w->number);
    inc_entries_release(&w->entries);
}

enum inc_status
inc_terms_matrix(struct inc_sparse *out, const struct inc_taxonomy *t)
{
    enum inc_status st = INC_OK;
    struct terms w = {0};
    struct inc_sparse m = {0};
    uint32_t skills = inc_concept_count(t, INC_PILLAR_SKILL);
    int english = inc_taxonomy_lang(t, "en");

    INC_TRY(add_function_words(&w));
    for (uint32_t i = 0; i < skills && !w.no_memory; i++)
        add_skill(&w, t, english, i);
    if (w.no_memory) {
        st = INC_E_NOMEM;
        goto out;
    }
    INC_TRY(inc_sparse_gather(&m, &w.entries, skills, w.count));
    INC_TRY(inc_sparse_drop_rare(&m, IN_SKILLS_MIN));
    for (size_t i = 0; i < inc_sparse_count(&m); i++)
        m.value[i] = 1.0F + logf(m.value[i]);
    INC_TRY(inc_sparse_idf(&m, 1.0));
    *out = m;
    memset(&m, 0, sizeof m); /* given */
out:
    inc_sparse_release(&m);
    release(&w);
    return st;
}
