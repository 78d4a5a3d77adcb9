#include "device/softkey/credential.h"

namespace firstkey::device::softkey {

Credential Credential::clone() const {
  Credential copy{.id = id,
                  .rp_id = rp_id,
                  .rp_id_hash = rp_id_hash,
                  .user_id = user_id,
                  .user_name = user_name,
                  .user_display_name = user_display_name,
                  .is_discoverable = is_discoverable,
                  .protection = protection,
                  .algorithm = algorithm,
                  .private_key = private_key.clone(),
                  .hmac_secrets = {},
                  .blob = blob,
                  .sign_count = sign_count};
  if (hmac_secrets) {
    copy.hmac_secrets.emplace(hmac_secrets->with_uv.clone(), hmac_secrets->without_uv.clone());
  }
  if (large_blob_key) copy.large_blob_key = large_blob_key->clone();
  return copy;
}

}  // namespace firstkey::device::softkey
