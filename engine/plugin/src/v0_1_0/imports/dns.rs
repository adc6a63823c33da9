//! Questions to the DNS.

use crate::guest::Guest;
use crate::reach::Denied;
use crate::v0_1_0::bindings::waxseal::plugin::dns::{Answer, Error, Host, Kind};
use waxseal_ports::resolver::{LookupError, RecordKind};

impl From<Denied> for Error {
    fn from(_: Denied) -> Self {
        Self::Denied
    }
}

impl From<LookupError> for Error {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::NoSuchName => Self::Nxdomain,
            LookupError::NoRecords => Self::NoData,
            LookupError::Failed(_) => Self::Servfail,
            LookupError::Timeout => Self::Timeout,
        }
    }
}

const fn kind_of(kind: Kind) -> RecordKind {
    match kind {
        Kind::A => RecordKind::A,
        Kind::Aaaa => RecordKind::Aaaa,
        Kind::Txt => RecordKind::Txt,
        Kind::Mx => RecordKind::Mx,
        Kind::Ptr => RecordKind::Ptr,
        Kind::Ns => RecordKind::Ns,
    }
}

impl Guest {
    async fn look_up(&mut self, name: String, kind: Kind) -> Result<Answer, Error> {
        let resolver = self.profile.reach.resolver()?;
        if self.spent.dns >= self.profile.limits.dns_questions_max {
            return Err(Error::Budget);
        }
        self.spent.dns += 1;
        let asked = async move { resolver.lookup(&name, kind_of(kind)).await };
        let records = self.wait(asked).await?;
        Ok(Answer {
            values: records.values,
            ttl: records.ttl,
        })
    }
}

impl Host for Guest {
    async fn resolve(
        &mut self,
        name: String,
        kind: Kind,
    ) -> wasmtime::Result<Result<Answer, Error>> {
        Ok(self.look_up(name, kind).await)
    }
}
