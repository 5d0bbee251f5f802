#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/pool/inside.h"

void
inc_scratch_release(struct inc_scratch *s)
{
    if (s == NULL)
        return;
    inc_mem_free(s->items);
    inc_mem_free(s->hits);
    inc_mem_free(s->languages);
}

/* A value that a schema keeps in range, clamped all the same: stored bytes may
 * come from a version with other bounds. */
static int64_t
clamp(int64_t v, int64_t min, int64_t max)
{
    return v < min ? min : v > max ? max : v;
}

static int
read_languages(struct inc_person *out, struct inc_scratch *s,
               const struct inc_candidate *c)
{
    uint32_t n = 0;

    if (c->n_languages > s->languages_cap) {
        void *p =
            inc_mem_resize(s->languages, c->n_languages, sizeof *s->languages);

        if (p == NULL)
            return -1;
        s->languages = p;
        s->languages_cap = c->n_languages;
    }
    for (uint32_t i = 0; i < c->n_languages && n < UINT16_MAX; i++) {
        const struct inc_language *from = &c->languages[i];
        const int64_t cefr[INC_ABILITIES] = {from->listening, from->reading,
                                             from->interaction,
                                             from->production, from->writing};
        struct inc_person_language *to = &s->languages[n];

        if (strlen(from->lang) != sizeof to->lang)
            continue;
        memcpy(to->lang, from->lang, sizeof to->lang);
        for (int a = 0; a < INC_ABILITIES; a++) {
            to->cefr[a] = -1;
            if (INC_HAS(from, INC_LANGUAGE_LISTENING + a))
                to->cefr[a] = (int8_t)clamp(cefr[a], 0, INC_CEFR_COUNT - 1);
        }
        n++;
    }
    out->languages = s->languages;
    out->n_languages = n;
    return 0;
}

static void
read_qualifications(struct inc_person *out, const struct inc_scratch *s,
                    const struct inc_candidate *c)
{
    for (uint32_t i = 0; i < c->n_licences; i++) {
        int64_t licence = c->licences[i];

        if (licence >= 0 && licence < INC_LICENCE_COUNT)
            out->licences |= s->licence_closure[licence];
    }
    for (uint32_t i = 0; i < c->n_education; i++) {
        int64_t eqf = clamp(c->education[i].eqf, 0, 8);

        if (INC_HAS(&c->education[i], INC_EDUCATION_EQF) && eqf > out->eqf)
            out->eqf = (uint8_t)eqf;
    }
    /* titles without a level say nothing about the level */
    if (c->n_education > 0 && out->eqf == 0)
        out->known &= ~(uint32_t)INC_KNOWN_EDUCATION;
}

static void
read_availability(struct inc_person *out, struct inc_scratch *s,
                  const struct inc_candidate *c)
{
    const struct inc_availability *a = &c->availability;
    const struct inc_window *windows = NULL;
    static const struct inc_window none;
    uint32_t n_absences = 0;

    out->from = INT32_MIN;
    out->until = INT32_MAX;
    if (INC_HAS(c, INC_CANDIDATE_AVAILABILITY)) {
        out->known |= INC_KNOWN_AVAILABILITY;
        if (INC_HAS(a, INC_AVAILABILITY_FROM)) {
            out->known |= INC_KNOWN_FROM;
            out->from = (int32_t)a->from;
        }
        if (INC_HAS(a, INC_AVAILABILITY_UNTIL))
            out->until = (int32_t)a->until;
        if (INC_HAS(a, INC_AVAILABILITY_HOURS_WEEK))
            out->hours_week = (uint8_t)clamp(a->hours_week, 0, UINT8_MAX);
        if (INC_HAS(a, INC_AVAILABILITY_WINDOWS)) {
            out->known |= INC_KNOWN_WINDOWS;
            windows = a->windows != NULL ? a->windows : &none;
        }
        n_absences = a->n_absences;
        if (n_absences > 0)
            out->known |= INC_KNOWN_WINDOWS;
    }
    out->windows = s->spans;
    out->n_windows =
        inc_week_spans(s->spans, windows, windows == NULL ? 0 : a->n_windows,
                       a->absences, n_absences);
}

static void
read_mobility(struct inc_person *out, const struct inc_candidate *c)
{
    const struct inc_mobility *m = &c->mobility;
    int has = (int)INC_HAS(c, INC_CANDIDATE_MOBILITY);
    int has_car = has && INC_HAS(m, INC_MOBILITY_CAR);

    out->modes = 1U << INC_MODE_WALK | 1U << INC_MODE_BUS;
    if (has_car) {
        out->known |= INC_KNOWN_CAR | INC_KNOWN_MODES;
        if (m->car)
            out->modes |= 1U << INC_MODE_CAR;
    }
    if (has && INC_HAS(m, INC_MOBILITY_MODES)) {
        out->known |= INC_KNOWN_MODES;
        out->modes = 0;
        for (uint32_t i = 0; i < m->n_modes; i++) {
            if (m->modes[i] >= 0 && m->modes[i] < INC_MODE_COUNT)
                out->modes |= (uint8_t)(1U << m->modes[i]);
        }
        if (has_car && !m->car)
            out->modes &= (uint8_t) ~(1U << INC_MODE_CAR);
    }
    if (has && INC_HAS(m, INC_MOBILITY_MAX_MINUTES)) {
        out->known |= INC_KNOWN_MAX_MINUTES;
        out->max_minutes = (uint16_t)clamp(m->max_minutes, 0, UINT16_MAX);
    }
}

static void
read_home(struct inc_person *out, const struct inc_world *w,
          const struct inc_candidate *c)
{
    out->home = INC_NO_COMUNE;
    if (w->geo == NULL || !INC_HAS(c, INC_CANDIDATE_HOME))
        return;
    out->home = inc_geo_find(w->geo, c->home, strlen(c->home));
    if (out->home != INC_NO_COMUNE)
        out->known |= INC_KNOWN_HOME;
}

enum inc_status
inc_person_read(struct inc_person *out, struct inc_scratch *s,
                const struct inc_world *w, const struct inc_candidate *c,
                struct inc_err *err)
{
    static const struct {
        unsigned field, known;
    } present[] = {
        {INC_CANDIDATE_SKILLS, INC_KNOWN_SKILLS},
        {INC_CANDIDATE_LANGUAGES, INC_KNOWN_LANGUAGES},
        {INC_CANDIDATE_LICENCES, INC_KNOWN_LICENCES},
        {INC_CANDIDATE_EDUCATION, INC_KNOWN_EDUCATION},
    };
    enum inc_status st = INC_OK;

    memset(out, 0, sizeof *out);
    INC_TRY(inc_words_read(out, s, w, c, err));
    if (read_languages(out, s, c) != 0) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a person");
        goto out;
    }
    for (size_t i = 0; i < INC_COUNT(present); i++) {
        if (INC_HAS(c, present[i].field))
            out->known |= present[i].known;
    }
    out->id = c->id;
    out->tie = inc_hash64(c->id, strlen(c->id));
    read_qualifications(out, s, c);
    read_home(out, w, c);
    read_availability(out, s, c);
    read_mobility(out, c);
    out->updated = INT32_MIN;
    if (INC_HAS(c, INC_CANDIDATE_UPDATED))
        out->updated = (int32_t)c->updated;
out:
    return st;
}
