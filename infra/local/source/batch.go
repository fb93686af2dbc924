package source

import (
	"encoding/json"
	"time"
)

// maxPayload is the most bytes of one synchronous invocation's event.
// ("Lambda quotas", lambda/latest/dg/gettingstarted-limits.html)
const maxPayload = 6 << 20

// batchEnvelope is what {"Records":[…]} adds around the records; the comma comes with each.
const batchEnvelope = len(`{"Records":[]}`)

// cut tells how many of the waiting records, given by their sizes in bytes, one batch takes: as
// many as most and the payload allow, but always one.
func cut(sizes []int, most int) int {
	total := batchEnvelope
	for i, size := range sizes {
		total += size + len(",")
		if i == most || (i > 0 && total > maxPayload) {
			return i
		}
	}
	return len(sizes)
}

// due tells whether a batch goes now: when it is full, when more would not fit in it, or when its
// oldest record has waited for the window.
// ("Batching behavior", lambda/latest/dg/invocation-eventsourcemapping.html)
func due(sizes []int, most int, waited, window time.Duration) bool {
	n := cut(sizes, most)
	return n == most || n < len(sizes) || (n > 0 && waited >= window)
}

// eventOf joins records into the function's event.
func eventOf(records []json.RawMessage) ([]byte, error) {
	return json.Marshal(struct{ Records []json.RawMessage }{records})
}

// reported reads batchItemFailures from a function's answer: the identifiers that failed, or all
// when the whole batch did. An empty or null answer or list is a success; whatever can't be
// understood is a failure: invalid JSON, an identifier that is empty, null or missing.
// ("Configuring partial batch response with DynamoDB and Lambda", lambda/latest/dg/services-ddb-batchfailurereporting.html;
// "Handling errors for an SQS event source in Lambda", lambda/latest/dg/services-sqs-errorhandling.html)
func reported(answer []byte) (failed []string, all bool) {
	if len(answer) == 0 {
		return nil, false
	}
	var response struct {
		BatchItemFailures []struct {
			ItemIdentifier *string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(answer, &response); err != nil {
		return nil, true
	}
	for _, failure := range response.BatchItemFailures {
		if failure.ItemIdentifier == nil || *failure.ItemIdentifier == "" {
			return nil, true
		}
		failed = append(failed, *failure.ItemIdentifier)
	}
	return failed, false
}

// failedMessages are the places of the messages that failed, by a function's answer. An identifier
// that is not in the batch fails all of it.
func failedMessages(answer []byte, ids []string) []int {
	identifiers, all := reported(answer)
	place := map[string]int{}
	for i, id := range ids {
		place[id] = i
	}
	var failed []int
	for _, id := range identifiers {
		i, known := place[id]
		if !known {
			all = true
			break
		}
		failed = append(failed, i)
	}
	if all {
		return allOf(ids)
	}
	return failed
}

// allOf are the places of all.
func allOf(ids []string) []int {
	places := make([]int, len(ids))
	for i := range ids {
		places[i] = i
	}
	return places
}

// failedFrom is the place of the first stream record to retry: the lowest that failed, since
// everything from there on is retried; len(sequences) if none did.
func failedFrom(answer []byte, sequences []string) int {
	from := len(sequences)
	for _, i := range failedMessages(answer, sequences) {
		from = min(from, i)
	}
	return from
}

// attempt is a batch of a shard on its way through retries: the records from and up to places in
// its lane, and how often the batch has failed so far.
type attempt struct {
	from, to int
	failures int
	invokes  int
}

func (a attempt) size() int { return a.to - a.from }

// limits are the mapping's rules of failure.
type limits struct {
	bisect     bool
	maxRetries int // -1: no limit
}

// afterFailure tells how a batch goes on that failed from the record at place from (relative to the
// batch, 0 for all of it): the attempts that follow, in order, or that it is discarded.
//
//   - What comes before the place is done; the rest starts with its first failure, or with none if
//     batches are split, since this is a split as well.
//   - A whole batch is split if it can be, which costs no retry: Lambda's "splitting a batch does
//     not count towards the retry quota".
//   - Otherwise it is tried again until its retries are used up.
//
// ("Retain discarded records for a DynamoDB event source in Lambda", lambda/latest/dg/services-dynamodb-errors.html)
func afterFailure(a attempt, from int, l limits) (again []attempt, discarded bool) {
	if from > 0 {
		a = attempt{from: a.from + from, to: a.to, invokes: a.invokes}
		if l.bisect {
			return []attempt{a}, false
		}
	} else if l.bisect && a.size() > 1 {
		middle := a.from + a.size()/2
		first, second := a, a
		first.to, second.from = middle, middle
		return []attempt{first, second}, false
	}
	a.failures++
	if l.maxRetries >= 0 && a.failures > l.maxRetries {
		return []attempt{a}, true
	}
	return []attempt{a}, false
}

// expired counts the records at the start of a batch that are older than maxAge; 0 is no limit.
func expired(created []time.Time, now time.Time, maxAge time.Duration) int {
	n := 0
	for maxAge > 0 && n < len(created) && now.Sub(created[n]) > maxAge {
		n++
	}
	return n
}
