//! How the GPUs of each pool are cut, in the words of NVIDIA's MIG manager: a layout for each
//! pool, which a label of each of its nodes asks for.

use tenantry_core::{
    emit::{
        tree::{NodeMut, Tree},
        yaml,
    },
    model::{Estate, Pool, PoolGpu},
    schema::kinds::GpuMode,
    units::Pci,
};

use super::{Context, Values};
use crate::kube::labels::mig_layout;

/// The config map that the chart makes of the layouts.
const NAME: &str = "mig-layouts";

/// What the operator gives a node that asks for nothing. The chart's own config map has it, and
/// ours takes its place.
const UNCUT: &str = "all-disabled";

/// Writes the layouts, if some pool's GPUs are cut.
pub(super) fn write(cx: &Context<'_>, values: &mut Values) {
    let pools: Vec<&Pool> = cx.pools().filter(|pool| is_cut(pool)).collect();
    let Some(first) = pools.first().and_then(|pool| pool.gpus.first()) else {
        return;
    };
    let mode = &first.spec.mode;
    // `mixed` names each slice, as the workloads that ask for one do.
    values.set("mig.strategy", "mixed", mode.origin);
    values.set("migManager.config.create", true, mode.origin);
    values.set("migManager.config.name", NAME, mode.origin);
    let (text, _) = yaml::document(&layouts(cx.estate, &pools)).into_parts();
    values.at("migManager.config.data", |data| {
        data.set("config.yaml", &*text).mark(mode.origin);
    });
}

fn is_cut(pool: &Pool) -> bool {
    let mut gpus = pool.gpus.iter();
    gpus.any(|gpu| gpu.spec.mode.value == GpuMode::Mig)
}

fn layouts(estate: &Estate, pools: &[&Pool]) -> Tree {
    let mut tree = Tree::map();
    let mut root = tree.root_mut();
    root.set("version", "v1");
    let mut layouts = root.map("mig-configs");
    let mut uncut = layouts.list(UNCUT);
    let mut all = uncut.push_map();
    all.set("devices", "all");
    all.set("mig-enabled", false);
    for pool in pools {
        let mut layout = layouts.list(&mig_layout(pool));
        for gpu in &pool.gpus {
            let mut part = layout.push_map();
            if pool.gpus.len() > 1 {
                filter(estate, gpu, &mut part);
            }
            cut(gpu, &mut part);
        }
    }
    tree
}

/// Which of a node's GPUs are meant: device and vendor in one number.
fn filter(estate: &Estate, gpu: &PoolGpu, part: &mut NodeMut<'_>) {
    let ids = estate.gpu_models[gpu.model.to].id.iter();
    let makes = ids.filter_map(|id| match id.id.value {
        Pci::Model { vendor, device } => Some(format!("0x{device:04X}{vendor:04X}")),
        Pci::Address { .. } => None,
    });
    let mut list = part.list("device-filter");
    for make in makes {
        list.push(&make);
    }
}

fn cut(gpu: &PoolGpu, part: &mut NodeMut<'_>) {
    part.set("devices", "all");
    part.set("mig-enabled", true);
    let mut slices = part.map("mig-devices");
    for slice in &gpu.spec.slice {
        slices.set(&slice.profile.value, u64::from(slice.count.value));
    }
}
