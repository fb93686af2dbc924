package seal

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
)

// KMS is the master key: it wraps and unwraps key sets.
type KMS struct {
	client *kms.Client
	key    string
}

// NewKMS uses the key of the ARN.
func NewKMS(cfg aws.Config, keyARN string) KMS {
	return KMS{client: kms.NewFromConfig(cfg), key: keyARN}
}

func (m KMS) Encrypt(ctx context.Context, clear []byte, context map[string]string) ([]byte, error) {
	out, err := m.client.Encrypt(ctx, &kms.EncryptInput{KeyId: &m.key, Plaintext: clear, EncryptionContext: context})
	if err != nil {
		return nil, err
	}
	return out.CiphertextBlob, nil
}

// Decrypt names the key, so that a blob wrapped by somebody else's key is refused.
func (m KMS) Decrypt(ctx context.Context, wrapped []byte, context map[string]string) ([]byte, error) {
	out, err := m.client.Decrypt(ctx, &kms.DecryptInput{KeyId: &m.key, CiphertextBlob: wrapped, EncryptionContext: context})
	if err != nil {
		return nil, err
	}
	return out.Plaintext, nil
}
