package tasks

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"guanxi/internal/task"
)

// The reasons that the API lets a person give are those that the book has words
// for and that no machine gives.
func TestReasonsByHandAreThoseOfTheBook(t *testing.T) {
	field, _ := reflect.TypeFor[Plan]().FieldByName("Reason")
	accepted := strings.Split(field.Tag.Get("enum"), ",")
	var known []string
	for reason, page := range task.ReadBook() {
		if page.ByHand {
			known = append(known, string(reason))
		}
	}
	slices.Sort(known)
	if !slices.Equal(accepted, known) {
		t.Errorf("the API accepts %v, the book has %v", accepted, known)
	}
}

// And the outcomes are those by which a person may end a follow-up.
func TestOutcomesByPersonAreThoseOfTheRule(t *testing.T) {
	field, _ := reflect.TypeFor[Change]().FieldByName("Outcome")
	accepted := strings.Split(field.Tag.Get("enum"), ",")
	shown, _ := reflect.TypeFor[FollowUp]().FieldByName("Outcome")
	for outcome := range strings.SplitSeq(shown.Tag.Get("enum"), ",") {
		if may := task.FollowUp.ByPerson(task.Outcome(outcome)); may != slices.Contains(accepted, outcome) {
			t.Errorf("a person may end a follow-up with %q: %t", outcome, may)
		}
	}
}
