package store

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/figure"
)

// Figures keeps what was added up and counted. All of it was made from Facts and
// Customers, and is made again when it is lost.
type Figures struct{ table table }

// NewFigures keeps figures in the table Figures.
func NewFigures(db DB, name string) Figures { return Figures{table{db.client, name}} }

// figureItem is a document, deflated, and when it was taken.
type figureItem struct {
	PK    string `dynamodbav:"PK"`
	SK    string `dynamodbav:"SK"`
	Taken string `dynamodbav:"taken"`
	Doc   []byte `dynamodbav:"doc"`
}

// notOlder is the guard of every figure: what was taken earlier never replaces
// what was taken later.
const notOlder = "attribute_not_exists(PK) OR taken <= :taken"

func (f Figures) keep(ctx context.Context, op string, k key, v any, taken time.Time) error {
	w, err := f.document(op, k, v, taken)
	if err != nil {
		return err
	}
	_, err = accepted(w.do(ctx, op))
	return err
}

func (f Figures) document(op string, k key, v any, taken time.Time) (write, error) {
	doc, err := deflate(v)
	if err != nil {
		return write{}, &crm.Error{Op: op, Err: err}
	}
	return f.guarded(k, doc, taken), nil
}

func (f Figures) guarded(k key, doc []byte, taken time.Time) write {
	at := str(timeKey(taken))
	return write{table: f.table, key: k, when: notOlder, values: item{":taken": at},
		put: item{"taken": at, docAttribute: &types.AttributeValueMemberB{Value: doc}}}
}

// KeepDay stores the sums and the answers of a store's day; it does nothing
// where those of a later time are there. One write unit up to 1 KB, another one
// where there are answers.
func (f Figures) KeepDay(ctx context.Context, day figure.Day, taken time.Time) error {
	const op = "store.KeepDay"
	if err := f.keep(ctx, op, sumsKey(day.Store, day.Date), day.Sums, taken); err != nil || len(day.Answers) == 0 {
		return err
	}
	return f.keep(ctx, op, scoresKey(day.Store, day.Date), day.Answers, taken)
}

// Sums calls each with the sums of the days from … to, of one store or, where
// every is set, of all. Half a read unit for every 4 KB, some thirty days.
func (f Figures) Sums(ctx context.Context, store crm.StoreID, every bool, from, to crm.Date, each func(figure.StoreDay, figure.Sums)) error {
	return readDays(ctx, f, "store.Sums", sumsKey, skSums, store, every, from, to, each)
}

// Answers is Sums for the answers to surveys.
func (f Figures) Answers(ctx context.Context, store crm.StoreID, every bool, from, to crm.Date, each func(figure.StoreDay, []figure.Answer)) error {
	return readDays(ctx, f, "store.FigureAnswers", scoresKey, skScores, store, every, from, to, each)
}

// readDays reads month after month, since a month is a partition.
func readDays[T any](ctx context.Context, f Figures, op string, at func(crm.StoreID, crm.Date) key, all string, store crm.StoreID, every bool, from, to crm.Date, each func(figure.StoreDay, T)) error {
	for from <= to {
		end := min(from.MonthEnd(), to)
		first, last := at(store, from), at(store, end)
		q := query{table: f.table, pk: first.PK, between: [2]string{first.SK, last.SK}}
		if every {
			q.prefix = all
		}
		_, err := q.run(ctx, op, func(i item) error {
			day := storeDayOf(i)
			if day.Date < from || day.Date > end {
				return nil
			}
			var stored figureItem
			if err := decode(op, i, &stored); err != nil {
				return err
			}
			var v T
			if err := inflate(stored.Doc, &v); err != nil {
				return &crm.Error{Op: op, Err: err}
			}
			each(day, v)
			return nil
		})
		if err != nil {
			return err
		}
		from = end + 1
	}
	return nil
}

func deflate(v any) ([]byte, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if err := json.NewEncoder(w).Encode(v); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

func inflate(doc []byte, v any) error {
	r := flate.NewReader(bytes.NewReader(doc))
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}
