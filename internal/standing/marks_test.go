package standing_test

import (
	"testing"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/standing"
)

// A mark is what the decision of that month's end would have been, and a
// decision speaks for every month's end until its change.
func TestMarksAreTheDecisionsOfMonthEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, f := bases(t), facts(t, 500)
		rules := standing.Rules(b, shanghai)
		on := first + crm.Date(rapid.IntRange(0, 900).Draw(t, "on"))
		m, c, changesAt := rules.Judge(f, on)
		end := on.MonthStart() - 1
		for range standing.MarkedMonths {
			_, then, _ := rules.Judge(f, end)
			mark, ok := standing.MarkAt(m, c, end)
			if !ok || mark != then.Mark() || mark.Level() != then.Level || mark.Tier() != then.Tier || mark.Status() != then.Status {
				t.Fatalf("judged on %s: at %s %v %v, want %+v", on, end, mark, ok, then)
			}
			end = end.MonthStart() - 1
		}
		if mark, ok := standing.MarkAt(m, c, end); ok {
			t.Fatalf("at %s there is a mark %v, of more than %d months ago", end, mark, standing.MarkedMonths)
		}
		future := on.MonthEnd()
		_, then, _ := rules.Judge(f, future)
		if mark, ok := standing.MarkAt(m, c, future); (changesAt == 0 || future < changesAt) && (!ok || mark != then.Mark()) {
			t.Fatalf("judged on %s, before the change of %s: at %s %v %v, want %+v", on, changesAt, future, mark, ok, then)
		}
	})
}

func TestADecisionOfBeforeThereWereMarks(t *testing.T) {
	if mark, ok := standing.MarkAt(standing.Measures{On: 20000}, standing.Classes{}, crm.Date(20000).MonthStart()-1); ok {
		t.Errorf("a mark %v where none is kept", mark)
	}
}
