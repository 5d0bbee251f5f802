/* The record, from the items: a need or a profile without id, as a put takes
 * it, and in every item the name of the field it went to. */
#include <stdio.h>
#include <string.h>

#include "engine/draft/inside.h"

enum { PERCENT = 100, TITLE_BYTES = 200 };

#define BIT(n) (UINT64_C(1) << (n))

static int64_t
importance_of(const struct inc_draft_item *item)
{
    return item->importance < 0 ? INC_SHOULD : item->importance;
}

static size_t
count(const struct inc_drafted *d, enum inc_draft_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < d->n_items; i++)
        n += d->items[i].kind == kind;
    return n;
}

/* Room for a list of as many as there are items of the kind. */
static void *
room(struct inc_reader *r, enum inc_draft_kind kind, size_t size)
{
    return inc_arena_array(r->a, count(r->d, kind) + 1, size);
}

static void
field(struct inc_draft_item *item, const char *list, uint32_t i)
{
    (void)snprintf(item->field, sizeof item->field, "%s[%u]", list, i);
}

static void
plain_field(struct inc_draft_item *item, const char *name)
{
    (void)snprintf(item->field, sizeof item->field, "%s", name);
}

static const char *
uri_of(const struct inc_reader *r, const struct inc_draft_item *item)
{
    return inc_concept_uri(r->w->taxonomy, item->pillar, item->concept);
}

/* Windows of a day that touch or overlap would be refused: the first stays. */
static int
fits(const struct inc_window *w, uint32_t n, const struct inc_draft_item *item)
{
    for (uint32_t i = 0; i < n; i++)
        if (w[i].day == item->day && item->from < w[i].to &&
            w[i].from < item->to)
            return 0;
    return 1;
}

static void
add_window(struct inc_window *list, uint32_t *n, struct inc_draft_item *item,
           const char *name)
{
    if (*n >= INC_WINDOWS_MAX || !fits(list, *n, item))
        return;
    field(item, name, *n);
    list[(*n)++] = (struct inc_window){
        .has = 7, .day = item->day, .from = item->from, .to = item->to};
}

/* --- a need -----------------------------------------------------------------
 */

/* Years in the trade say how well its own skills are to be done that were named
 * until then; not how precise or sociable somebody is. */
static int
takes_level(const struct inc_reader *r, const struct inc_draft_item *item)
{
    return r->occupation_level > 0 &&
           (r->level_until == 0 || item->at < r->level_until) &&
           inc_skill_reuse(r->w->taxonomy, item->concept) !=
               INC_REUSE_TRANSVERSAL;
}

static void
need_skill(const struct inc_reader *r, struct inc_need *n,
           struct inc_draft_item *item)
{
    struct inc_requirement *q;

    if (n->n_requirements >= INC_REQUIREMENTS_MAX)
        return;
    q = &n->requirements[n->n_requirements];
    if (item->level == 0 && takes_level(r, item))
        item->level = r->occupation_level;
    *q = (struct inc_requirement){
        .has = 1 | (item->level > 0 ? 2 : 0) | (item->importance >= 0 ? 4 : 0),
        .uri = uri_of(r, item),
        .level = item->level > 0 ? item->level : INC_LEVEL_DEFAULT,
        .importance = importance_of(item),
        .weight = PERCENT};
    field(item, "requirements", n->n_requirements++);
    n->has |= BIT(INC_NEED_REQUIREMENTS);
}

static void
need_language(struct inc_need *n, struct inc_draft_item *item)
{
    if (n->n_languages >= 32 || item->level < 0)
        return;
    n->languages[n->n_languages] =
        (struct inc_need_language){.has = 3 | (item->importance >= 0 ? 4 : 0),
                                   .lang = item->value,
                                   .level = item->level,
                                   .importance = importance_of(item),
                                   .weight = PERCENT};
    field(item, "languages", n->n_languages++);
    n->has |= BIT(INC_NEED_LANGUAGES);
}

static void
need_licence(struct inc_need *n, struct inc_draft_item *item)
{
    if (n->n_licences >= INC_LICENCE_COUNT || item->n_codes == 0)
        return;
    n->licences[n->n_licences] =
        (struct inc_need_licence){.has = 1 | (item->importance >= 0 ? 2 : 0),
                                  .any_of = item->codes,
                                  .n_any_of = item->n_codes,
                                  .importance = importance_of(item),
                                  .weight = PERCENT};
    field(item, "licences", n->n_licences++);
    n->has |= BIT(INC_NEED_LICENCES);
}

/* Of several titles the lowest is what is asked at least. */
static void
need_education(struct inc_need *n, struct inc_draft_item *item)
{
    if (INC_HAS(n, INC_NEED_EDUCATION) && n->education.eqf <= item->number)
        return;
    n->education =
        (struct inc_need_education){.has = 1 | (item->importance >= 0 ? 2 : 0),
                                    .eqf = item->number,
                                    .importance = importance_of(item),
                                    .weight = PERCENT};
    plain_field(item, "education");
    n->has |= BIT(INC_NEED_EDUCATION);
}

static void
need_hours(struct inc_need *n, struct inc_draft_item *item)
{
    if (item->number > 0 && !INC_HAS(n, INC_NEED_HOURS_WEEK)) {
        n->hours_week = item->number;
        plain_field(item, "hours_week");
        n->has |= BIT(INC_NEED_HOURS_WEEK);
    } else if (item->day >= 0 && !item->negative) {
        add_window(n->schedule, &n->n_schedule, item, "schedule");
        n->has |= BIT(INC_NEED_SCHEDULE);
    }
}

static void
need_contract(struct inc_need *n, struct inc_draft_item *item)
{
    static const struct {
        const char *value;
        int64_t kind;
    } kinds[] = {{"tirocinio", INC_NEED_TIROCINIO},
                 {"borsa", INC_NEED_BORSA},
                 {"lpu", INC_NEED_LPU}};

    if (INC_HAS(n, INC_NEED_KIND))
        return;
    n->has |= BIT(INC_NEED_KIND);
    n->kind = INC_NEED_VACANCY;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(item->value, kinds[i].value) == 0) {
            n->kind = kinds[i].kind;
            plain_field(item, "kind");
        }
}

/* The words of the text, where nothing but a title stands there. */
static enum inc_status
need_title(struct inc_reader *r, struct inc_need *n,
           struct inc_draft_item *item, struct inc_err *err)
{
    const char *label =
        inc_concept_label(r->w->taxonomy, item->pillar, item->concept, r->lang);
    size_t len = strlen(label);

    if (INC_HAS(n, INC_NEED_TITLE))
        return INC_OK;
    while (len > TITLE_BYTES || ((unsigned char)label[len] & 0xc0) == 0x80)
        len--;
    n->title = inc_arena_text(r->a, label, len);
    if (n->title == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a title");
    plain_field(item, "title");
    n->has |= BIT(INC_NEED_TITLE);
    return INC_OK;
}

static enum inc_status
need_item(struct inc_reader *r, struct inc_need *n, struct inc_draft_item *item,
          struct inc_err *err)
{
    switch (item->kind) {
    case INC_DRAFT_OCCUPATION:
        return need_title(r, n, item, err);
    case INC_DRAFT_SKILL:
        need_skill(r, n, item);
        break;
    case INC_DRAFT_LANGUAGE:
        need_language(n, item);
        break;
    case INC_DRAFT_LICENCE:
        need_licence(n, item);
        break;
    case INC_DRAFT_HOURS:
        need_hours(n, item);
        break;
    case INC_DRAFT_PLACE:
        if (INC_HAS(n, INC_NEED_COMUNE))
            break;
        n->comune = item->value;
        plain_field(item, "comune");
        n->has |= BIT(INC_NEED_COMUNE);
        break;
    case INC_DRAFT_EDUCATION:
        need_education(n, item);
        break;
    case INC_DRAFT_SEATS:
        if (INC_HAS(n, INC_NEED_SEATS))
            break;
        n->seats = item->number;
        plain_field(item, "seats");
        n->has |= BIT(INC_NEED_SEATS);
        break;
    case INC_DRAFT_START:
        if (item->number >= 0 && !INC_HAS(n, INC_NEED_START)) {
            n->start = item->number;
            plain_field(item, "start");
            n->has |= BIT(INC_NEED_START);
        }
        break;
    case INC_DRAFT_CONTRACT:
        need_contract(n, item);
        break;
    case INC_DRAFT_EXPIRES:
        if (INC_HAS(n, INC_NEED_EXPIRES))
            break;
        n->expires = item->number;
        plain_field(item, "expires");
        n->has |= BIT(INC_NEED_EXPIRES);
        break;
    case INC_DRAFT_MOBILITY:
    case INC_DRAFT_LEVEL:
    case INC_DRAFT_IMPORTANCE:
    case INC_DRAFT_KINDS:
    default:
        break;
    }
    return INC_OK;
}

static enum inc_status
make_need(struct inc_reader *r, struct inc_err *err)
{
    struct inc_need *n = &r->d->record.need;
    enum inc_status st = INC_OK;

    inc_schema_init(n, &inc_need_type);
    n->requirements = room(r, INC_DRAFT_SKILL, sizeof *n->requirements);
    n->languages = room(r, INC_DRAFT_LANGUAGE, sizeof *n->languages);
    n->licences = room(r, INC_DRAFT_LICENCE, sizeof *n->licences);
    n->schedule = room(r, INC_DRAFT_HOURS, sizeof *n->schedule);
    if (n->requirements == NULL || n->languages == NULL ||
        n->licences == NULL || n->schedule == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a need");
    /* What the document states in fields comes first. */
    for (int stated = 1; stated >= 0; stated--)
        for (size_t i = 0; i < r->d->n_items && st == INC_OK; i++)
            if (r->d->items[i].stated == stated)
                st = need_item(r, n, &r->d->items[i], err);
    return st;
}

/* --- a profile --------------------------------------------------------------
 */

static void
person_skill(const struct inc_reader *r, struct inc_candidate *c,
             struct inc_draft_item *item)
{
    if (c->n_skills >= INC_SKILLS_MAX)
        return;
    c->skills[c->n_skills] = (struct inc_skill){
        .has = 1 | (item->level > 0 ? 2 : 0),
        .uri = uri_of(r, item),
        .level = item->level > 0 ? item->level : INC_LEVEL_DEFAULT,
        .evidence = INC_EVIDENCE_DECLARED};
    field(item, "skills", c->n_skills++);
    c->has |= BIT(INC_CANDIDATE_SKILLS);
}

static void
person_occupation(const struct inc_reader *r, struct inc_candidate *c,
                  struct inc_draft_item *item)
{
    enum { MOST = 64 };

    if (item->value != NULL) { /* a wish */
        struct inc_preferences *p = &c->preferences;

        if (p->n_occupations >= MOST)
            return;
        p->occupations[p->n_occupations] = uri_of(r, item);
        field(item, "preferences.occupations", p->n_occupations++);
        p->has |= 1;
        c->has |= BIT(INC_CANDIDATE_PREFERENCES);
        return;
    }
    if (c->n_occupations >= MOST)
        return;
    c->occupations[c->n_occupations] =
        (struct inc_held){.has = 1 | (item->number >= 0 ? 2 : 0),
                          .uri = uri_of(r, item),
                          .months = item->number >= 0 ? item->number : 0};
    field(item, "occupations", c->n_occupations++);
    c->has |= BIT(INC_CANDIDATE_OCCUPATIONS);
}

static void
person_language(struct inc_candidate *c, struct inc_draft_item *item)
{
    struct inc_language *l = &c->languages[c->n_languages];

    if (c->n_languages >= 32)
        return;
    *l = (struct inc_language){.has = 1, .lang = item->value};
    if (item->cefr != NULL) {
        int64_t *const of[INC_ABILITIES] = {&l->listening, &l->reading,
                                            &l->interaction, &l->production,
                                            &l->writing};

        for (int i = 0; i < INC_ABILITIES; i++) {
            if (item->cefr[i] < 0)
                continue;
            *of[i] = item->cefr[i];
            l->has |= BIT(INC_LANGUAGE_LISTENING + i);
        }
    } else if (item->level >= 0) {
        l->has = 0x3f; /* one level said: of every ability */
        l->listening = l->reading = l->interaction = item->level;
        l->production = l->writing = item->level;
    }
    field(item, "languages", c->n_languages++);
    c->has |= BIT(INC_CANDIDATE_LANGUAGES);
}

static void
person_licence(struct inc_candidate *c, struct inc_draft_item *item)
{
    if (item->negative) { /* asked, none */
        c->has |= BIT(INC_CANDIDATE_LICENCES);
        plain_field(item, "licences");
        return;
    }
    if (item->n_codes != 1) { /* "CQC": which one is for the person to say */
        item->confidence_bp = 0;
        return;
    }
    for (uint32_t i = 0; i < c->n_licences; i++)
        if (c->licences[i] == item->codes[0])
            return;
    if (c->n_licences >= INC_LICENCE_COUNT)
        return;
    field(item, "licences", c->n_licences);
    c->licences[c->n_licences++] = item->codes[0];
    c->has |= BIT(INC_CANDIDATE_LICENCES);
}

static void
person_education(struct inc_candidate *c, struct inc_draft_item *item)
{
    if (c->n_education >= 16)
        return;
    for (uint32_t i = 0; i < c->n_education; i++)
        if (c->education[i].eqf == item->number)
            return;
    c->education[c->n_education] =
        (struct inc_education){.has = 1, .eqf = item->number};
    field(item, "education", c->n_education++);
    c->has |= BIT(INC_CANDIDATE_EDUCATION);
}

static void
person_hours(struct inc_candidate *c, struct inc_draft_item *item)
{
    struct inc_availability *v = &c->availability;

    if (item->number > 0 && !(v->has & BIT(INC_AVAILABILITY_HOURS_WEEK))) {
        v->hours_week = item->number;
        v->has |= BIT(INC_AVAILABILITY_HOURS_WEEK);
        plain_field(item, "availability.hours_week");
    } else if (item->day >= 0 && item->negative) {
        add_window(v->absences, &v->n_absences, item, "availability.absences");
        v->has |= BIT(INC_AVAILABILITY_ABSENCES);
    } else if (item->day >= 0) {
        add_window(v->windows, &v->n_windows, item, "availability.windows");
        v->has |= BIT(INC_AVAILABILITY_WINDOWS);
    } else {
        return;
    }
    c->has |= BIT(INC_CANDIDATE_AVAILABILITY);
}

static void
person_mobility(struct inc_candidate *c, struct inc_draft_item *item)
{
    struct inc_mobility *m = &c->mobility;

    if (item->value == NULL)
        return;
    c->has |= BIT(INC_CANDIDATE_MOBILITY);
    if (strcmp(item->value, "car") == 0) {
        m->car = 1;
        m->has |= BIT(INC_MOBILITY_CAR);
        plain_field(item, "mobility.car");
    } else if (strcmp(item->value, "minutes") == 0) {
        m->max_minutes = item->number;
        m->has |= BIT(INC_MOBILITY_MAX_MINUTES);
        plain_field(item, "mobility.max_minutes");
        return;
    }
    for (int k = 0; k < INC_MODE_COUNT; k++)
        if (strcmp(item->value, inc_mode_names[k]) == 0 && m->n_modes < 4) {
            if (item->field[0] == '\0')
                field(item, "mobility.modes", m->n_modes);
            m->modes[m->n_modes++] = k;
            m->has |= BIT(INC_MOBILITY_MODES);
        }
}

static void
person_item(struct inc_reader *r, struct inc_candidate *c,
            struct inc_draft_item *item)
{
    switch (item->kind) {
    case INC_DRAFT_OCCUPATION:
        person_occupation(r, c, item);
        break;
    case INC_DRAFT_SKILL:
        person_skill(r, c, item);
        break;
    case INC_DRAFT_LANGUAGE:
        person_language(c, item);
        break;
    case INC_DRAFT_LICENCE:
        person_licence(c, item);
        break;
    case INC_DRAFT_HOURS:
        person_hours(c, item);
        break;
    case INC_DRAFT_PLACE:
        if (INC_HAS(c, INC_CANDIDATE_HOME))
            break;
        c->home = item->value;
        c->has |= BIT(INC_CANDIDATE_HOME);
        plain_field(item, "home");
        break;
    case INC_DRAFT_EDUCATION:
        person_education(c, item);
        break;
    case INC_DRAFT_START:
        if (item->number >= 0 &&
            !INC_HAS(&c->availability, INC_AVAILABILITY_FROM)) {
            c->availability.from = item->number;
            c->availability.has |= BIT(INC_AVAILABILITY_FROM);
            c->has |= BIT(INC_CANDIDATE_AVAILABILITY);
            plain_field(item, "availability.from");
        }
        break;
    case INC_DRAFT_MOBILITY:
        person_mobility(c, item);
        break;
    case INC_DRAFT_SEATS:
    case INC_DRAFT_CONTRACT:
    case INC_DRAFT_EXPIRES:
    case INC_DRAFT_LEVEL:
    case INC_DRAFT_IMPORTANCE:
    case INC_DRAFT_KINDS:
    default:
        break;
    }
}

static enum inc_status
make_person(struct inc_reader *r, struct inc_err *err)
{
    struct inc_candidate *c = &r->d->record.candidate;

    inc_schema_init(c, &inc_candidate_type);
    c->skills = room(r, INC_DRAFT_SKILL, sizeof *c->skills);
    c->occupations = room(r, INC_DRAFT_OCCUPATION, sizeof *c->occupations);
    c->preferences.occupations =
        room(r, INC_DRAFT_OCCUPATION, sizeof *c->preferences.occupations);
    c->languages = room(r, INC_DRAFT_LANGUAGE, sizeof *c->languages);
    c->licences = room(r, INC_DRAFT_LICENCE, sizeof *c->licences);
    c->education = room(r, INC_DRAFT_EDUCATION, sizeof *c->education);
    c->availability.windows =
        room(r, INC_DRAFT_HOURS, sizeof *c->availability.windows);
    c->availability.absences =
        room(r, INC_DRAFT_HOURS, sizeof *c->availability.absences);
    c->mobility.modes =
        inc_arena_array(r->a, INC_MODE_COUNT + 1, sizeof *c->mobility.modes);
    if (c->skills == NULL || c->occupations == NULL ||
        c->preferences.occupations == NULL || c->languages == NULL ||
        c->licences == NULL || c->education == NULL ||
        c->availability.windows == NULL || c->availability.absences == NULL ||
        c->mobility.modes == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a profile");
    for (int stated = 1; stated >= 0; stated--)
        for (size_t i = 0; i < r->d->n_items; i++)
            if (r->d->items[i].stated == stated)
                person_item(r, c, &r->d->items[i]);
    return INC_OK;
}

enum inc_status
inc_draft_record(struct inc_reader *r, struct inc_err *err)
{
    return r->d->kind == INC_RECORD_NEED ? make_need(r, err)
                                         : make_person(r, err);
}
