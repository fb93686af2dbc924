// Package kms serves the two calls of AWS KMS that seal and open a small secret: Encrypt and Decrypt, over its JSON 1.1
// protocol, so that a bootstrap needs no mode of its own on one machine.
//
// It owns one key file per KMS key (0600). No signature is checked: it listens on loopback only. As in KMS the encryption
// context is authenticated, not stored: to open, the same context must be given again. See "Encryption context",
// kms/latest/developerguide/encrypt_context.html, and the API reference of Encrypt and Decrypt.
package kms

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// maxPlaintext is KMS's limit for Encrypt, in bytes.
const maxPlaintext = 4096

// Permit refuses a call that its caller may not make, which the request's signature names; nil permits all. action is
// Encrypt or Decrypt.
type Permit func(r *http.Request, action, keyARN string, context map[string]string) error

// Server answers Encrypt and Decrypt.
type Server struct {
	keys   []key
	permit Permit
}

type key struct {
	id, arn string
	seal    cipher.AEAD
}

// New reads or makes the keys, each in dir/<id>.key. With dir "" they live as long as the server. arns names the keys.
func New(dir string, arns []string, permit Permit) (*Server, error) {
	s := &Server{permit: permit}
	for _, arn := range arns {
		_, id, ok := strings.Cut(arn, ":key/")
		if !ok {
			return nil, fmt.Errorf("%q is not a key's ARN", arn)
		}
		secret, err := secret(dir, id)
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", id, err)
		}
		block, err := aes.NewCipher(secret)
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", id, err)
		}
		seal, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, err
		}
		s.keys = append(s.keys, key{id: id, arn: arn, seal: seal})
	}
	return s, nil
}

func secret(dir, id string) ([]byte, error) {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails
	if dir == "" {
		return fresh, nil
	}
	file := filepath.Join(dir, id+".key")
	kept, err := os.ReadFile(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return kept, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	// Whole or not at all: half a key would stop every later start.
	if err := os.WriteFile(file+".new", fresh, 0o600); err != nil {
		return nil, err
	}
	return fresh, os.Rename(file+".new", file)
}

// call is the union of what the two calls take.
type call struct {
	KeyID             string            `json:"KeyId"`
	Plaintext         []byte            `json:"Plaintext"`
	CiphertextBlob    []byte            `json:"CiphertextBlob"`
	EncryptionContext map[string]string `json:"EncryptionContext"`
}

// answer is the union of what they give.
type answer struct {
	KeyID               string `json:"KeyId"`
	Plaintext           []byte `json:"Plaintext,omitempty"`
	CiphertextBlob      []byte `json:"CiphertextBlob,omitempty"`
	EncryptionAlgorithm string `json:"EncryptionAlgorithm"`
}

// failure is an error of KMS's own, as its API reference names them.
type failure struct {
	Type    string `json:"__type"`
	Message string `json:"message"`
}

func (f failure) Error() string { return f.Type + ": " + f.Message }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, err := s.serve(r)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(err)
		return
	}
	_ = json.NewEncoder(w).Encode(a)
}

func (s *Server) serve(r *http.Request) (any, error) {
	var c call
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
		return nil, failure{"SerializationException", err.Error()}
	}
	switch target := r.Header.Get("X-Amz-Target"); target {
	case "TrentService.Encrypt":
		return s.encrypt(r, c)
	case "TrentService.Decrypt":
		return s.decrypt(r, c)
	default:
		return nil, failure{"UnknownOperationException", fmt.Sprintf("%q is not served by the local cloud", target)}
	}
}

func (s *Server) find(name string) (key, error) {
	for _, k := range s.keys {
		if name == k.id || name == k.arn {
			return k, nil
		}
	}
	return key{}, failure{"NotFoundException", fmt.Sprintf("Key '%s' does not exist", name)}
}

func (s *Server) permitted(r *http.Request, action string, k key, c call) error {
	if s.permit == nil {
		return nil
	}
	if err := s.permit(r, action, k.arn, c.EncryptionContext); err != nil {
		return failure{"AccessDeniedException", err.Error()}
	}
	return nil
}

// encrypt puts the key's id before the sealed bytes, since Decrypt need not name the key.
func (s *Server) encrypt(r *http.Request, c call) (any, error) {
	if n := len(c.Plaintext); n == 0 || n > maxPlaintext {
		return nil, failure{"ValidationException", fmt.Sprintf("Plaintext has %d bytes, 1 to %d are allowed", n, maxPlaintext)}
	}
	k, err := s.find(c.KeyID)
	if err != nil {
		return nil, err
	}
	if err := s.permitted(r, "Encrypt", k, c); err != nil {
		return nil, err
	}
	blob := append([]byte{byte(len(k.id))}, k.id...)
	blob = k.seal.Seal(blob, nil, c.Plaintext, associated(c.EncryptionContext))
	return answer{KeyID: k.arn, CiphertextBlob: blob, EncryptionAlgorithm: "SYMMETRIC_DEFAULT"}, nil
}

func (s *Server) decrypt(r *http.Request, c call) (any, error) {
	invalid := failure{Type: "InvalidCiphertextException"}
	blob := c.CiphertextBlob
	if len(blob) == 0 || len(blob) <= int(blob[0]) {
		return nil, invalid
	}
	id, sealed := string(blob[1:1+blob[0]]), blob[1+blob[0]:]
	k, err := s.find(id)
	if err != nil {
		return nil, invalid
	}
	if c.KeyID != "" && c.KeyID != k.id && c.KeyID != k.arn {
		return nil, failure{"IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation."}
	}
	if err := s.permitted(r, "Decrypt", k, c); err != nil {
		return nil, err
	}
	plain, err := k.seal.Open(nil, nil, sealed, associated(c.EncryptionContext))
	if err != nil {
		return nil, invalid
	}
	return answer{KeyID: k.arn, Plaintext: plain, EncryptionAlgorithm: "SYMMETRIC_DEFAULT"}, nil
}

// associated is the context as bytes; JSON sorts a map's keys, so that its order doesn't matter.
func associated(context map[string]string) []byte {
	text, _ := json.Marshal(context) // a map of texts always can
	if len(context) == 0 {
		return nil // a missing context and an empty one are the same
	}
	return text
}
