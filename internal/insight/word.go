package insight

import (
	"cmp"
	"slices"
	"time"

	"guanxi/internal/crm"
)

// recommends is the latest answer to an NPS question; of two of one time, that
// to the later invitation.
func recommends(answers []crm.Answer, on crm.Date) (asked crm.Date, score int) {
	var last *crm.Answer
	for k := range answers {
		a := &answers[k]
		if a.Metric == crm.NPS && a.On <= on && (last == nil || cmp.Or(a.At.Compare(last.At), cmp.Compare(a.Invitation, last.Invitation)) > 0) {
			last = a
		}
	}
	if last == nil {
		return 0, 0
	}
	return last.On, last.Score
}

// lead is what all contacts taught about a coming purchase, each part as it was
// said last.
func lead(talks []crm.Interaction, zone *time.Location, on crm.Date) (l crm.Lead) {
	var words []*crm.Interaction
	for k := range talks {
		if t := &talks[k]; t.Lead != (crm.Lead{}) && crm.DateIn(t.At, zone) <= on {
			words = append(words, t)
		}
	}
	slices.SortFunc(words, func(a, b *crm.Interaction) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	for _, w := range words {
		l = l.After(w.Lead)
	}
	return l
}
