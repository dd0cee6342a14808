; made by benchmarks.loops of loops.py ba139cecc932fe14f40953372afe79c9b16cc7e2ddda10d926578e4f9ab577d6
define i32 @escape(ptr %retptr, ptr %excinfo, ptr noalias %arg.symbols, ptr noalias %arg.low, ptr noalias %arg.high, i64 %arg.count, ptr noalias %arg.bits) {
entry:
  %.101117.not = icmp slt i64 %arg.count, 1
  br i1 %.101117.not, label %B284, label %B38.if.preheader

B38.if.preheader:
  %scevgep = getelementptr i8, ptr %arg.bits, i64 3
  br label %B38.if

B38.loopexit.loopexit:
  %0 = sub i64 %at.4.1108.unr, %lsr.iv.next29
  br label %B38.loopexit

B38.loopexit:
  %at.4.1.lcssa = phi i64 [ %at.3.0120, %B184.thread ], [ %.360.lcssa.unr, %B244.if.prol.loopexit ], [ %0, %B38.loopexit.loopexit ]
  %exitcond126.not = icmp eq i64 %arg.count, %.114
  br i1 %exitcond126.not, label %B284, label %B38.if

B82:
  %.166 = sub i64 %.149, %.145
  br label %B148

B116:
  %.177 = getelementptr i64, ptr %arg.high, i64 %.107112118
  %.178 = load i64, ptr %.177, align 8
  %.181 = sub i64 %.145, %.178
  br label %B148

B148:
  %"$phi148.1.2.1" = phi i64 [ %.166, %B82 ], [ %.181, %B116 ]
  %.199.not = icmp eq i64 %"$phi148.1.2.1", 0
  br i1 %.199.not, label %B184.thread, label %B164.preheader

B164.preheader:
  %1 = sub i64 -2, %at.3.0120
  br label %B164

B184.thread:
  %2 = icmp sgt i64 %.149, %.145
  %.2172 = zext i1 %2 to i8
  %.2183 = getelementptr i8, ptr %arg.bits, i64 %at.3.0120
  store i8 %.2172, ptr %.2183, align 1
  br label %B38.loopexit

B164:
  %lsr.iv26 = phi i64 [ %1, %B164.preheader ], [ %lsr.iv.next27, %B164 ]
  %lsr.iv14 = phi i64 [ 1, %B164.preheader ], [ %lsr.iv.next15, %B164 ]
  %lsr.iv = phi i64 [ 0, %B164.preheader ], [ %lsr.iv.next, %B164 ]
  %.208 = ashr i64 %"$phi148.1.2.1", %lsr.iv14
  %.209.not = icmp eq i64 %.208, 0
  %lsr.iv.next = add i64 %lsr.iv, -1
  %lsr.iv.next15 = add i64 %lsr.iv14, 1
  %lsr.iv.next27 = add i64 %lsr.iv26, -2
  br i1 %.209.not, label %B184, label %B164

B184:
  %3 = icmp sgt i64 %.149, %.145
  %.217 = zext i1 %3 to i8
  %.218 = getelementptr i8, ptr %arg.bits, i64 %at.3.0120
  store i8 %.217, ptr %.218, align 1
  %4 = sub i64 %at.3.0120, %lsr.iv.next
  %5 = sub i64 %at.3.0120, %lsr.iv.next
  %6 = mul i64 %lsr.iv.next, -1
  %xtraiter = and i64 %6, 3
  %lcmp.mod.not = icmp eq i64 %xtraiter, 0
  %7 = mul i64 %lsr.iv.next, -1
  %8 = add i64 %7, -1
  br i1 %lcmp.mod.not, label %B244.if.prol.loopexit, label %B244.if.prol.preheader

B244.if.prol.preheader:
  %9 = sub i64 0, %lsr.iv
  %10 = trunc i64 %lsr.iv14 to i2
  %11 = zext i2 %10 to i64
  %12 = mul i64 %11, -1
  br label %B244.if.prol

B244.if.prol:
  %lsr.iv18 = phi i64 [ %9, %B244.if.prol.preheader ], [ %lsr.iv.next19, %B244.if.prol ]
  %lsr.iv16 = phi i64 [ 0, %B244.if.prol.preheader ], [ %lsr.iv.next17, %B244.if.prol ]
  %at.4.1108.prol = phi i64 [ %.360.prol, %B244.if.prol ], [ %5, %B244.if.prol.preheader ]
  %.352102.prol = lshr i64 %"$phi148.1.2.1", %lsr.iv18
  %13 = trunc i64 %.352102.prol to i8
  %.356.prol = and i8 %13, 1
  %.357.prol = getelementptr i8, ptr %arg.bits, i64 %at.4.1108.prol
  store i8 %.356.prol, ptr %.357.prol, align 1
  %.360.prol = add i64 %at.4.1108.prol, 1
  %lsr.iv.next17 = add i64 %lsr.iv16, -1
  %lsr.iv.next19 = add i64 %lsr.iv18, -1
  %prol.iter.cmp.not = icmp eq i64 %12, %lsr.iv.next17
  br i1 %prol.iter.cmp.not, label %B244.if.prol.loopexit.loopexit, label %B244.if.prol

B244.if.prol.loopexit.loopexit:
  %14 = mul i64 %lsr.iv.next, -1
  %15 = add i64 %14, %lsr.iv.next17
  br label %B244.if.prol.loopexit

B244.if.prol.loopexit:
  %.360.lcssa.unr = phi i64 [ %.360.prol, %B244.if.prol.loopexit.loopexit ], [ poison, %B184 ]
  %at.4.1108.unr = phi i64 [ %.360.prol, %B244.if.prol.loopexit.loopexit ], [ %4, %B184 ]
  %.319104106.in.unr = phi i64 [ %15, %B244.if.prol.loopexit.loopexit ], [ %7, %B184 ]
  %16 = icmp ult i64 %8, 3
  br i1 %16, label %B38.loopexit, label %B244.if.preheader

B244.if.preheader:
  %scevgep20 = getelementptr i8, ptr %scevgep, i64 %at.4.1108.unr
  %17 = add i64 %at.4.1108.unr, %lsr.iv26
  br label %B244.if

B284:
  %at.3.0.lcssa = phi i64 [ 0, %entry ], [ %at.4.1.lcssa, %B38.loopexit ]
  store i64 %at.3.0.lcssa, ptr %retptr, align 8
  ret i32 0

B38.if:
  %at.3.0120 = phi i64 [ %at.4.1.lcssa, %B38.loopexit ], [ 0, %B38.if.preheader ]
  %.107112118 = phi i64 [ %.114, %B38.loopexit ], [ 0, %B38.if.preheader ]
  %.114 = add i64 %.107112118, 1
  %.144 = getelementptr i64, ptr %arg.symbols, i64 %.107112118
  %.145 = load i64, ptr %.144, align 8
  %.148 = getelementptr i64, ptr %arg.low, i64 %.107112118
  %.149 = load i64, ptr %.148, align 8
  %.150 = icmp sgt i64 %.149, %.145
  br i1 %.150, label %B82, label %B116

B244.if:
  %lsr.iv28 = phi i64 [ 0, %B244.if.preheader ], [ %lsr.iv.next29, %B244.if ]
  %lsr.iv21 = phi ptr [ %scevgep20, %B244.if.preheader ], [ %scevgep22, %B244.if ]
  %18 = add i64 %.319104106.in.unr, %lsr.iv28
  %19 = add i64 %18, -1
  %.352102 = lshr i64 %"$phi148.1.2.1", %19
  %20 = trunc i64 %.352102 to i8
  %.356 = and i8 %20, 1
  %scevgep25 = getelementptr i8, ptr %lsr.iv21, i64 -3
  store i8 %.356, ptr %scevgep25, align 1
  %21 = add i64 %.319104106.in.unr, %lsr.iv28
  %22 = add i64 %21, -2
  %.352102.1 = lshr i64 %"$phi148.1.2.1", %22
  %23 = trunc i64 %.352102.1 to i8
  %.356.1 = and i8 %23, 1
  %scevgep24 = getelementptr i8, ptr %lsr.iv21, i64 -2
  store i8 %.356.1, ptr %scevgep24, align 1
  %24 = add i64 %.319104106.in.unr, %lsr.iv28
  %25 = add i64 %24, -3
  %.352102.2 = lshr i64 %"$phi148.1.2.1", %25
  %26 = trunc i64 %.352102.2 to i8
  %.356.2 = and i8 %26, 1
  %scevgep23 = getelementptr i8, ptr %lsr.iv21, i64 -1
  store i8 %.356.2, ptr %scevgep23, align 1
  %27 = add i64 %.319104106.in.unr, %lsr.iv28
  %28 = add i64 %27, -4
  %.352102.3 = lshr i64 %"$phi148.1.2.1", %28
  %29 = trunc i64 %.352102.3 to i8
  %.356.3 = and i8 %29, 1
  store i8 %.356.3, ptr %lsr.iv21, align 1
  %scevgep22 = getelementptr i8, ptr %lsr.iv21, i64 4
  %lsr.iv.next29 = add i64 %lsr.iv28, -4
  %exitcond.not.3 = icmp eq i64 %17, %lsr.iv.next29
  br i1 %exitcond.not.3, label %B38.loopexit.loopexit, label %B244.if
}
