package journeys_test

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"
)

// expectReplayed holds the last answer to be the one that was given first under its key, and marked as such.
func expectReplayed(j *journey, _ args) error {
	if mark := j.answer.header.Get("Idempotent-Replayed"); mark != "true" {
		return fmt.Errorf("the answer is a new one: %s", j.answer)
	}
	return alike(j.keyed, j.answer)
}

// alike holds an answer against the first one.
func alike(first, next answer) error {
	if next.status != first.status || !bytes.Equal(next.body, first.body) {
		return fmt.Errorf("answered %s\nat first %s", next, first)
	}
	for _, name := range []string{"Location", "ETag", "Content-Type"} {
		if got, want := next.header.Get(name), first.header.Get(name); got != want {
			return fmt.Errorf("%s is %q, at first %q", name, got, want)
		}
	}
	return nil
}

// atOnce posts one thing many times at the same time. All must be answered alike, one of them with a new answer.
func atOnce(j *journey, a args) error {
	times, err := number(a["times"])
	if err != nil {
		return err
	}
	token, err := j.token(a["as"])
	if err != nil {
		return err
	}
	path, err := j.withIDs(a["path"])
	if err != nil {
		return err
	}
	body, err := j.body(a)
	if err != nil {
		return err
	}
	answers, failed := make([]answer, times), make([]error, times)
	var posts sync.WaitGroup
	for i := range answers {
		posts.Go(func() {
			answers[i], failed[i] = send(http.MethodPost, j.system.api+path, http.Header{"Authorization": {"Bearer " + token},
				"Content-Type": {"application/json"}, "Idempotency-Key": {a["key"]}}, body)
		})
	}
	posts.Wait()
	fresh := 0
	for i, got := range answers {
		if failed[i] != nil {
			return failed[i]
		}
		if err := alike(answers[0], got); err != nil {
			return err
		}
		if got.header.Get("Idempotent-Replayed") == "" {
			fresh++
			j.answer = got
		}
	}
	if j.keyed = j.answer; fresh != 1 {
		return fmt.Errorf("%d of %d answers are new ones: %s", fresh, times, answers[0])
	}
	if j.answer.status >= 300 {
		return refusal{j.answer}
	}
	return nil
}
