package store

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/seal"
)

// sealer turns clear values into the one sealed blob of an item and back. The
// store takes and hands out clear values; nobody else can open a blob.
type sealer struct{ keys *seal.Keys }

// schema is the version of how blobs are laid out; it is bound into each.
const schema = "1"

// place binds a blob to where it lies: moved elsewhere, it does not open.
func place(k key, attribute string) []byte {
	return seal.Bind(k.PK, k.SK, attribute, schema)
}

func (s sealer) seal(ctx context.Context, class seal.Class, k key, attribute string, v any) (types.AttributeValue, error) {
	clear, err := json.Marshal(v)
	if err != nil {
		return nil, &crm.Error{Op: "store.seal", Err: err}
	}
	blob, err := s.keys.Seal(ctx, class, clear, place(k, attribute))
	if err != nil {
		return nil, &crm.Error{Op: "store.seal", Kind: crm.KindOf(err), RetryAfter: retryAfter, Err: err}
	}
	return &types.AttributeValueMemberB{Value: blob}, nil
}

func (s sealer) open(ctx context.Context, class seal.Class, k key, attribute string, blob []byte, v any) error {
	clear, err := s.keys.Open(ctx, class, blob, place(k, attribute))
	if err != nil {
		return &crm.Error{Op: "store.open", Kind: crm.KindOf(err), RetryAfter: retryAfter, Err: err}
	}
	if err := json.Unmarshal(clear, v); err != nil {
		return &crm.Error{Op: "store.open", Err: err}
	}
	return nil
}
