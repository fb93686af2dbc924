package task_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/task"
)

const someone = crm.CustomerID("cus_0190163d8694739b9c5f1e2d3a4b5c6d")

func TestRefs(t *testing.T) {
	for _, r := range []task.Ref{
		{Customer: someone, ID: "churn-2026-03-01"},
		{Store: "sh-001", ID: "tsk_0190163d8694739b9c5f1e2d3a4b5c6d"},
		{Store: "", ID: "nps-2026-03"},
		{Store: "odd~store", ID: "x"},
		{Store: "cus_of-a-kind", ID: "x"},
	} {
		if got, err := task.ParseRef(r.String()); got != r || err != nil {
			t.Errorf("%+v as %q: %+v, %v", r, r.String(), got, err)
		}
	}
	for _, s := range []string{"", "sh-001", "sh-001~", "cus_1"} {
		if got, err := task.ParseRef(s); err == nil {
			t.Errorf("%q: %+v", s, got)
		}
	}
	if (task.Task{Customer: someone, Store: "sh-001", ID: "a"}).Ref() != (task.Ref{Customer: someone, ID: "a"}) {
		t.Error("a task about a customer lies with them, whatever its store")
	}
}

func TestWhoMayEndATask(t *testing.T) {
	for outcome, want := range map[task.Outcome][2]bool{
		task.Done: {true, false}, task.Retained: {true, false}, task.Unreachable: {true, false}, task.LostToCompetitor: {true, false},
		task.NoMoreNeed: {true, false}, task.Mistaken: {true, true}, task.Purchased: {}, task.Recovered: {}, "": {}, "other": {},
	} {
		if got := [2]bool{task.FollowUp.ByPerson(outcome), task.CorrectiveAction.ByPerson(outcome)}; got != want {
			t.Errorf("%q: a person may end a follow-up and a corrective action so: %v", outcome, got)
		}
	}
}

// Every reason by which a task opens by itself, and every one that people may
// give, has words in both languages.
func TestTheBookHasWordsForEveryReason(t *testing.T) {
	book := task.ReadBook()
	for _, r := range []task.Reason{task.Silence, task.NPSAlarm} {
		if page, ok := book[r]; !ok || page.ByHand {
			t.Errorf("%s: %+v", r, page)
		}
	}
	for r, page := range book {
		if page.Say.ZH == "" || page.Say.EN == "" {
			t.Errorf("%s: %+v", r, page)
		}
	}
}

func noon() time.Time { return time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC) }

// firstOf is the oracle: look through all that is left for the one to do first.
func firstOf(left []task.Task, worth map[crm.CustomerID]int64, today crm.Date) (first int) {
	for i, t := range left {
		f := left[first]
		urgent, other := t.Due < today || !t.EscalatedAt.IsZero(), f.Due < today || !f.EscalatedAt.IsZero()
		switch {
		case urgent != other:
			if urgent {
				first = i
			}
		case worth[t.Customer] != worth[f.Customer]:
			if worth[t.Customer] > worth[f.Customer] {
				first = i
			}
		case t.Due != f.Due:
			if t.Due < f.Due {
				first = i
			}
		case t.Ref().String() < f.Ref().String():
			first = i
		}
	}
	return first
}

func TestADayGoesThroughWhatIsDue(t *testing.T) {
	const today = crm.Date(20500)
	rapid.Check(t, func(t *rapid.T) {
		worth := map[crm.CustomerID]int64{"": 0, "cus_a": 100, "cus_b": 100, "cus_c": 50_000, "cus_d": -3}
		var due []task.Task
		for i := range rapid.IntRange(0, 40).Draw(t, "tasks") {
			one := task.Task{ID: string(rune('A' + i)), Customer: rapid.SampledFrom([]crm.CustomerID{"", "cus_a", "cus_b", "cus_c", "cus_d"}).Draw(t, "customer"),
				Due: today + crm.Date(rapid.IntRange(-3, 3).Draw(t, "due"))}
			if rapid.Bool().Draw(t, "escalated") {
				one = one.Escalated("wang", noon())
			}
			due = append(due, one)
		}
		done := rapid.IntRange(0, 25).Draw(t, "done")
		before := slices.Clone(due)
		day := task.Day(due, func(id crm.CustomerID) int64 { return worth[id] }, today, done)
		if len(day) != min(len(due), max(0, task.MostADay-done)) {
			t.Fatalf("%d of %d due, %d done", len(day), len(due), done)
		}
		left := slices.Clone(before)
		for i, got := range day {
			first := firstOf(left, worth, today)
			if got.Ref() != left[first].Ref() {
				t.Fatalf("%d: %s, want %s", i, got.Ref(), left[first].Ref())
			}
			left = slices.Delete(left, first, first+1)
		}
		for i := range before {
			if before[i].Ref() != due[i].Ref() {
				t.Fatal("the caller's list was changed")
			}
		}
	})
}
