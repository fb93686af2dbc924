package source

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestCut(t *testing.T) {
	const mb = 1 << 20
	for _, test := range []struct {
		name  string
		sizes []int
		most  int
		want  int
	}{
		{"nothing", nil, 10, 0},
		{"fewer than the size", []int{1, 1}, 10, 2},
		{"the size", []int{1, 1, 1}, 2, 2},
		{"6 MB at most", []int{2 * mb, 2 * mb, 2 * mb}, 10, 2}, // The envelope counts too.
		{"one always goes", []int{7 * mb, 1}, 10, 1},
	} {
		if got := cut(test.sizes, test.most); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

// What is cut fits, and one more would not; the event is as long as cut believes.
func TestCutProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOf(rapid.IntRange(2, maxPayload/2)).Draw(t, "sizes")
		most := rapid.IntRange(1, 20).Draw(t, "most")
		n := cut(sizes, most)
		payload := func(n int) int {
			total := batchEnvelope
			for _, size := range sizes[:n] {
				total += size + 1
			}
			return total
		}
		if n > most || n > len(sizes) || (n > 1 && payload(n) > maxPayload) {
			t.Fatalf("%d of %v do not fit", n, sizes)
		}
		if n < len(sizes) && n < most && payload(n+1) <= maxPayload {
			t.Fatalf("%d of %v, but one more would fit", n, sizes)
		}
	})
}

func TestDue(t *testing.T) {
	for _, test := range []struct {
		name   string
		sizes  []int
		waited time.Duration
		window time.Duration
		want   bool
	}{
		{"nothing is never due", nil, time.Hour, 0, false},
		{"no window", []int{1}, 0, 0, true},
		{"within the window", []int{1}, time.Second, 2 * time.Second, false},
		{"after the window", []int{1}, 2 * time.Second, 2 * time.Second, true},
		{"full", []int{1, 1, 1}, 0, time.Hour, true},
		{"no more would fit", []int{4 << 20, 4 << 20}, 0, time.Hour, true},
	} {
		if got := due(test.sizes, 3, test.waited, test.window); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// The answers of a function, by "Configuring partial batch response with DynamoDB and Lambda"
// (lambda/latest/dg/services-ddb-batchfailurereporting.html) and "Handling errors for an SQS event
// source in Lambda" (lambda/latest/dg/services-sqs-errorhandling.html).
func TestReportedFailures(t *testing.T) {
	ids := []string{"a", "b", "c"}
	all := []int{0, 1, 2}
	for answer, want := range map[string][]int{
		``:                           nil,
		`null`:                       nil,
		`{}`:                         nil,
		`{"batchItemFailures":[]}`:   nil,
		`{"batchItemFailures":null}`: nil,
		`{"batchItemFailures":[{"itemIdentifier":"b"}]}`:                         {1},
		`{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"b"}]}`:  {2, 1},
		`{"batchItemFailures":[{"itemIdentifier":""}]}`:                          all,
		`{"batchItemFailures":[{"itemIdentifier":null}]}`:                        all,
		`{"batchItemFailures":[{"itemId":"b"}]}`:                                 all,
		`{"batchItemFailures":[null]}`:                                           all,
		`{"batchItemFailures":[{"itemIdentifier":7}]}`:                           all,
		`{"batchItemFailures":"b"}`:                                              all,
		`{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"zz"}]}`: all,
		`{"batchItemFailures":[`:                                                 all,
		`"done"`:                                                                 all,
	} {
		if got := failedMessages([]byte(answer), ids); !slices.Equal(got, want) {
			t.Errorf("%s: messages %v failed, want %v", answer, got, want)
		}
		from := len(ids)
		if want != nil {
			from = slices.Min(want)
		}
		if got := failedFrom([]byte(answer), ids); got != from {
			t.Errorf("%s: records failed from %d, want %d", answer, got, from)
		}
	}
}

// How a failed batch goes on, by "Retain discarded records for a DynamoDB event source in Lambda"
// (lambda/latest/dg/services-dynamodb-errors.html).
func TestAfterFailure(t *testing.T) {
	for _, test := range []struct {
		name    string
		attempt attempt
		from    int
		limits  limits
		want    string
	}{
		{"retry", attempt{to: 4}, 0, limits{maxRetries: 2}, "0-4 failed 1"},
		{"last retry", attempt{to: 4, failures: 1}, 0, limits{maxRetries: 2}, "0-4 failed 2"},
		{"retries used up", attempt{to: 4, failures: 2}, 0, limits{maxRetries: 2}, "0-4 failed 3, discarded"},
		{"no retries", attempt{to: 4}, 0, limits{}, "0-4 failed 1, discarded"},
		{"for ever", attempt{to: 4, failures: 10000}, 0, limits{maxRetries: -1}, "0-4 failed 10001"},
		{"split costs no retry", attempt{from: 1, to: 4, failures: 2}, 0, limits{bisect: true, maxRetries: 2}, "1-2 failed 2; 2-4 failed 2"},
		{"one can't be split", attempt{from: 3, to: 4}, 0, limits{bisect: true, maxRetries: 2}, "3-4 failed 1"},
		{"partial failure", attempt{from: 1, to: 9, failures: 2}, 3, limits{maxRetries: 2}, "4-9 failed 1"},
		{"partial failure is a split", attempt{from: 1, to: 9}, 3, limits{bisect: true}, "4-9 failed 0"},
	} {
		again, discarded := afterFailure(test.attempt, test.from, test.limits)
		var parts []string
		for _, a := range again {
			parts = append(parts, fmt.Sprintf("%d-%d failed %d", a.from, a.to, a.failures))
		}
		got := strings.Join(parts, "; ")
		if discarded {
			got += ", discarded"
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// Whatever fails, every record of a batch is either handled or discarded, in order and once each;
// with bisection only poison is discarded, and poison alone is invoked as often as retries allow.
func TestEveryRecordIsHandledOrDiscarded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		poison := rapid.SliceOfN(rapid.Bool(), 1, 20).Draw(t, "poison")
		partial := rapid.Bool().Draw(t, "partial")
		rules := limits{bisect: rapid.Bool().Draw(t, "bisect"), maxRetries: rapid.IntRange(0, 3).Draw(t, "retries")}
		done := make([]string, len(poison))
		next := 0
		mark := func(from, to int, how string) {
			for ; from < to; from++ {
				if from != next {
					t.Fatalf("record %d came to its end when %d was next", from, next)
				}
				done[from] = how
				next++
			}
		}
		todo := []attempt{{to: len(poison)}}
		alone := map[int]int{}
		for steps := 0; len(todo) > 0; steps++ {
			if steps > 1000 {
				t.Fatal("it does not end")
			}
			a := todo[0]
			todo = todo[1:]
			if a.size() == 1 {
				alone[a.from]++
			}
			first := slices.Index(poison[a.from:a.to], true)
			switch {
			case first < 0:
				mark(a.from, a.to, "handled")
				continue
			case !partial:
				first = 0
			}
			mark(a.from, a.from+first, "handled")
			again, discarded := afterFailure(a, first, rules)
			if discarded {
				mark(again[0].from, again[0].to, "discarded")
				continue
			}
			todo = append(again, todo...)
		}
		for i, how := range done {
			if how == "" || (poison[i] && how != "discarded") || (rules.bisect && !poison[i] && how != "handled") {
				t.Fatalf("record %d, poison %v: %q", i, poison[i], how)
			}
			if rules.bisect && poison[i] && alone[i] != rules.maxRetries+1 {
				t.Fatalf("poison %d invoked alone %d times, want %d", i, alone[i], rules.maxRetries+1)
			}
		}
	})
}

func TestExpired(t *testing.T) {
	now := time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)
	created := []time.Time{now.Add(-3 * time.Hour), now.Add(-2 * time.Hour), now.Add(-time.Hour), now}
	for maxAge, want := range map[time.Duration]int{0: 0, time.Hour: 2, 90 * time.Minute: 2, 24 * time.Hour: 0, time.Second: 3} {
		if got := expired(created, now, maxAge); got != want {
			t.Errorf("%v: %d expired, want %d", maxAge, got, want)
		}
	}
}
