package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/seal"
)

// Replays keeps what was answered to requests that their callers may repeat.
// A record is written in the very transaction of the request's effect, on the
// condition that there is none: so there is either both or neither, whenever
// anything crashes, and of many equal requests at once exactly one has an
// effect. Nothing marks a request as being in flight, so no mark can be left
// behind.
type Replays struct {
	table table
	keys  *seal.Keys
}

// NewReplays keeps answers in the table Operations.
func NewReplays(db DB, name string, keys *seal.Keys) Replays {
	return Replays{table{db.client, name}, keys}
}

// replayFor is how long an answer is kept, in event time.
const replayFor = 48 * time.Hour

// replayItem lies under a blind index of the request's name, which a client
// chose and may have made of a person's phone number.
type replayItem struct {
	Expires int64  `dynamodbav:"expires_at"`
	Answer  []byte `dynamodbav:"answer"`
}

const answerAttribute = "answer"

// Earlier is the answer that was recorded under a name, strongly consistent;
// nil where there is none, or its time is over.
func (r Replays) Earlier(ctx context.Context, name string) ([]byte, error) {
	const op = "store.Earlier"
	k, err := r.key(ctx, name)
	if err != nil {
		return nil, err
	}
	var stored replayItem
	found, err := r.table.get(ctx, op, k, true, &stored)
	if err != nil || !found || stored.Expires <= crm.AsOf(ctx).Unix() {
		return nil, err
	}
	answer, err := r.keys.Open(ctx, seal.Replay, stored.Answer, place(k, answerAttribute))
	if err != nil {
		return nil, &crm.Error{Op: op, Kind: crm.KindOf(err), RetryAfter: retryAfter, Err: err}
	}
	return answer, nil
}

// Recording is a context in which the next transaction of a person's deed (one
// that carries an audit entry) records the answer under the name. The answer is
// asked for when the transaction is put together.
func (r Replays) Recording(ctx context.Context, name string, answer func() ([]byte, error)) context.Context {
	return context.WithValue(ctx, recordingKey{}, &recording{replays: r, name: name, answer: answer})
}

// recording is an answer that waits for its transaction.
type recording struct {
	replays Replays
	name    string
	answer  func() ([]byte, error)
	done    bool
}

type recordingKey struct{}

// recordingOf is what has to be recorded with these writes; nil for none.
func recordingOf(ctx context.Context, writes []write) *recording {
	r, _ := ctx.Value(recordingKey{}).(*recording)
	if r == nil || r.done {
		return nil
	}
	for _, w := range writes {
		if w.deed {
			return r
		}
	}
	return nil
}

// write is the record; Conflict comes of it where there is one already.
func (r *recording) write(ctx context.Context) (write, error) {
	k, err := r.replays.key(ctx, r.name)
	if err != nil {
		return write{}, err
	}
	answer, err := r.answer()
	if err != nil {
		return write{}, err
	}
	sealed, err := r.replays.keys.Seal(ctx, seal.Replay, answer, place(k, answerAttribute))
	if err != nil {
		return write{}, &crm.Error{Op: "store.Recording", Kind: crm.KindOf(err), RetryAfter: retryAfter, Err: err}
	}
	now := crm.AsOf(ctx)
	return write{table: r.replays.table, key: k, when: "attribute_not_exists(PK) OR expires_at <= :now", values: item{":now": num(now.Unix())},
		put: item{answerAttribute: &types.AttributeValueMemberB{Value: sealed}, "expires_at": num(now.Add(replayFor).Unix())}}, nil
}

func (r Replays) key(ctx context.Context, name string) (key, error) {
	index, err := r.keys.Index(ctx, "replay", name)
	return replayKey(index), err
}

// errRepeated says that a deed was not done because an equal request came
// before it. Unlike other lost conditions it must reach the caller of the store,
// who then answers what was answered then.
var errRepeated = errors.New("an equal request came before")

// repeated is what became of a transaction whose last action is a record: nil
// where no equal request stood in its way.
func repeated(op string, err error) error {
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok || len(cancelled.CancellationReasons) == 0 {
		return nil
	}
	var detail string
	switch last := cancelled.CancellationReasons[len(cancelled.CancellationReasons)-1]; aws.ToString(last.Code) {
	case "ConditionalCheckFailed":
		detail = "an equal request was answered"
	case "TransactionConflict": // it is writing its record at this moment
		detail = "an equal request is being answered"
	default:
		return nil
	}
	return &crm.Error{Op: op, Kind: crm.Conflict, Detail: detail, RetryAfter: retryAfter, Err: fmt.Errorf("%w: %w", errRepeated, err)}
}
