// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! From a HELLO to the prover's secret: setup code, then argon2id.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use provisioning_session::mint::KdfError;
use provisioning_session::setup_code::SetupCode;
use provisioning_session::spake2plus::ProverSecret;
use provisioning_wire::KdfParameters;
use provisioning_wire::limits::SALT_LEN;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::failure::Failure;
use crate::id::DeviceId;
use crate::inventory::Inventory;

/// Derivations that run at the same time. Each may take 64 MiB, and anybody on
/// the network can ask for one.
const CONCURRENT_DERIVATIONS: usize = 2;

/// Why there is no secret for a device.
#[derive(Debug)]
pub enum KeyError {
    /// The inventory does not list the device.
    UnknownDevice,
    /// The device asks for parameters that are out of bounds.
    Parameters,
    /// The inventory cannot be read, or the derivation failed.
    Failed(String),
}

impl From<Failure> for KeyError {
    fn from(failure: Failure) -> Self {
        KeyError::Failed(failure.to_string())
    }
}

/// Secrets of devices, derived when they are asked for.
pub struct Keys {
    inventory: Arc<Inventory>,
    // The last derivation of each device: a device asks for the same every
    // time, and who asks for another can only be somebody else.
    derived: Mutex<HashMap<DeviceId, Derived>>,
    permits: Semaphore,
}

struct Derived {
    salt: [u8; SALT_LEN],
    parameters: KdfParameters,
    code: SetupCode,
    secret: ProverSecret,
}

impl Keys {
    /// Keys for the devices of an inventory.
    pub fn new(inventory: Arc<Inventory>) -> Self {
        Keys {
            inventory,
            derived: Mutex::new(HashMap::new()),
            permits: Semaphore::new(CONCURRENT_DERIVATIONS),
        }
    }

    /// The secret for a device that sent this salt and these parameters.
    pub async fn secret(
        &self,
        device: DeviceId,
        salt: [u8; SALT_LEN],
        parameters: KdfParameters,
    ) -> Result<ProverSecret, KeyError> {
        parameters
            .check_bounds()
            .map_err(|_| KeyError::Parameters)?;
        let inventory = self.inventory.clone();
        let code = spawn_blocking(move || inventory.code(&device))
            .await
            .map_err(|error| KeyError::Failed(error.to_string()))??
            .ok_or(KeyError::UnknownDevice)?;
        if let Some(secret) = self.cached(&device, &salt, &parameters, &code) {
            return Ok(secret);
        }
        let permit = self.permits.acquire().await;
        let derived = spawn_blocking(move || {
            let secret = ProverSecret::derive(&code, &salt, &parameters, &device.0)?;
            Ok(Derived {
                salt,
                parameters,
                code,
                secret,
            })
        })
        .await
        .map_err(|error| KeyError::Failed(error.to_string()))?
        .map_err(|error| match error {
            KdfError::Parameters => KeyError::Parameters,
            KdfError::Degenerate => KeyError::Failed(error.to_string()),
        })?;
        drop(permit);
        let secret = derived.secret.clone();
        self.lock().insert(device, derived);
        Ok(secret)
    }

    fn cached(
        &self,
        device: &DeviceId,
        salt: &[u8; SALT_LEN],
        parameters: &KdfParameters,
        code: &SetupCode,
    ) -> Option<ProverSecret> {
        let derived = self.lock();
        let known = derived.get(device)?;
        let same = known.salt == *salt
            && known.parameters == *parameters
            && known.code.expose_secret() == code.expose_secret();
        same.then(|| known.secret.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<DeviceId, Derived>> {
        self.derived
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
