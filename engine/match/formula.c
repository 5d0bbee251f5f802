#include "engine/match/formula.h"

#include "engine/base/check.h"

uint32_t
inc_importance_factor(int64_t importance)
{
    return importance == INC_MUST ? 4 : importance == INC_SHOULD ? 2 : 1;
}

uint32_t
inc_level_fit_bp(unsigned have, unsigned want)
{
    static const uint32_t by_deficit[] = {10000, 7000, 4000, 1500};

    return have >= want ? INC_BP : by_deficit[(want - have) & 3];
}

uint32_t
inc_evidence_bp(unsigned evidence)
{
    static const uint32_t factor[INC_EVIDENCE_COUNT] = {
        [INC_EVIDENCE_DECLARED] = 9000,
        [INC_EVIDENCE_OBSERVED] = 9500,
        [INC_EVIDENCE_CERTIFIED] = 10000,
        [INC_EVIDENCE_IMPLIED] = 7000};

    return evidence < INC_EVIDENCE_COUNT ? factor[evidence] : 0;
}

uint32_t
inc_recency_bp(unsigned half_year, unsigned today)
{
    enum { FRESH = 4, STEP = 300, LEAST = 6000 };
    unsigned age;

    if (half_year == 0 || half_year + FRESH >= today)
        return INC_BP;
    age = today - half_year - FRESH;
    return age * STEP >= INC_BP - LEAST ? LEAST : INC_BP - age * STEP;
}

uint32_t
inc_quality_bp(const struct inc_class *c, unsigned want, unsigned today)
{
    uint32_t q = inc_level_fit_bp(c->level, want);

    q = q * inc_evidence_bp(c->evidence) / INC_BP;
    return q * inc_recency_bp(c->half_year, today) / INC_BP;
}

uint16_t
inc_loss(uint32_t quality_bp)
{
    uint32_t loss = ((INC_BP - quality_bp) * 65536u + INC_BP / 2) / INC_BP;

    return (uint16_t)(loss > 65535 ? 65535 : loss);
}

uint32_t
inc_have_bp(uint32_t sim_bp, uint16_t loss)
{
    return sim_bp - (sim_bp * loss >> 16);
}

uint32_t
inc_cefr_bp(int have, int want)
{
    int deficit = want - have;

    return deficit <= 0 ? 10000 : deficit == 1 ? 6000 : deficit == 2 ? 2500 : 0;
}

uint32_t
inc_eqf_bp(unsigned have, unsigned want)
{
    return have >= want ? 10000 : have + 1 == want ? 5000 : 0;
}

uint32_t
inc_distance_penalty_bp(uint32_t minutes, uint32_t limit)
{
    uint64_t over;

    if (limit == 0)
        limit = INC_MINUTES_DEFAULT;
    if (minutes <= limit)
        return INC_PENALTY_NEAR_BP * minutes / limit;
    over = (uint64_t)(INC_PENALTY_MAX_BP - INC_PENALTY_NEAR_BP) *
           (minutes - limit) / limit;
    if (over > INC_PENALTY_MAX_BP - INC_PENALTY_NEAR_BP)
        over = INC_PENALTY_MAX_BP - INC_PENALTY_NEAR_BP;
    return INC_PENALTY_NEAR_BP + (uint32_t)over;
}

uint32_t
inc_hours_penalty_bp(uint32_t overlap_minutes, uint32_t asked_minutes)
{
    uint32_t missing;

    if (asked_minutes == 0 || overlap_minutes >= asked_minutes)
        return 0;
    missing = asked_minutes - overlap_minutes;
    return (
        uint32_t)(((uint64_t)INC_PENALTY_MAX_BP * missing + asked_minutes - 1) /
                  asked_minutes);
}

int32_t
inc_points(uint32_t max, uint32_t cover_bp)
{
    return (int32_t)((uint64_t)max * cover_bp / INC_BP);
}

void
inc_share(uint32_t *points, const uint64_t *weights, uint32_t n, uint32_t total)
{
    uint64_t sum = 0;
    uint32_t given = 0;

    for (uint32_t i = 0; i < n; i++)
        sum += weights[i];
    INC_CHECK(sum > 0 && sum < (UINT64_C(1) << 40));
    for (uint32_t i = 0; i < n; i++) {
        points[i] = (uint32_t)(weights[i] * total / sum);
        given += points[i];
    }
    /* fewer than n points are left: one each to the largest remainders */
    while (given < total) {
        uint32_t best = 0;
        uint64_t best_left = 0;

        for (uint32_t i = 0; i < n; i++) {
            uint64_t fair = weights[i] * total;
            uint64_t got = (uint64_t)points[i] * sum;
            uint64_t left = fair > got ? fair - got : 0;
            if (left > best_left) {
                best_left = left;
                best = i;
            }
        }
        points[best]++;
        given++;
    }
}
